import { bool, string } from '../schema/field.ts'
import { defineMessage } from '../schema/message.ts'

/** How Kafka's default principal travels between brokers, prefixed by its version (KIP-590). */
export const DefaultPrincipalData = defineMessage({
  name: 'DefaultPrincipalData',
  versions: [0, 0],
  flexibleFrom: 0,
  fields: {
    type: string,
    name: string,
    tokenAuthenticated: bool,
  },
})
