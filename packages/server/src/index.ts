export { type Broker, type BrokerWorld, startBroker } from './broker.ts'
export { environmentOf, flagOf, type Option, OptionsError, type Parsed, parseSource } from './config/option-table.ts'
export type { HostPort, TopicAtStart } from './config/option-values.ts'
export { type BrokerOptions, type BrokerOptionsInput, brokerOptionTable, mergeOptions } from './config/options.ts'
