import { type Clock, createLogger, delay, type Logger } from '@logan/common'
import { type BrokerOptions, OptionsError, type startBroker } from '@logan/server'
import { type CommandInput, type CommandOptions, readCommand } from './command-options.ts'
import { clearPortFile, writePortFile } from './port-file.ts'
import { type SignalSource, stopSignal } from './stop-signals.ts'

/** What the command needs of a running broker. */
export type RunningBroker = Pick<
  Awaited<ReturnType<typeof startBroker>>,
  'port' | 'bootstrap' | 'logDir' | 'topicCount' | 'failed' | 'close'
>

export interface CommandWorld extends CommandInput {
  readonly clock: Clock
  readonly signals: SignalSource
  readonly print: (text: string) => void
  readonly complain: (sentence: string) => void
  /** Ends the process at once, with whatever is under way. */
  readonly exit: (code: number) => void
  readonly start: (options: BrokerOptions, world: { readonly logger: Logger }) => Promise<RunningBroker>
}

/** Kubernetes and systemd kill after 30 and 90 seconds: be out before. What is not finished then is recovered at the next start. */
const stopDeadlineMs = 25_000

export const exitCodes = { fine: 0, failed: 1, usage: 2 } as const

/** The whole command, from flags to exit code. */
export async function runCommand(world: CommandWorld): Promise<number> {
  try {
    const command = readCommand(world)
    if (command.kind === 'run') return await serve(command.options, world)
    world.print(command.text)
    return exitCodes.fine
  } catch (error) {
    world.complain(error instanceof Error ? error.message : String(error))
    return error instanceof OptionsError ? exitCodes.usage : exitCodes.failed
  }
}

async function serve({ broker: options, portFile }: CommandOptions, world: CommandWorld): Promise<number> {
  const logger = createLogger(options.logLevel)
  // Before the start, so that a signal in the middle of it stops the broker properly once it stands.
  const stopped = stopSignal(world.signals, world.clock, world.exit)
  if (portFile !== undefined) clearPortFile(portFile)
  const broker = await world.start(options, { logger })
  try {
    if (portFile !== undefined) writePortFile(portFile, broker.port)
  } catch (error) {
    await broker.close()
    throw error
  }
  logReady(logger, broker, options, world.clock)
  const end = await Promise.race([stopped, broker.failed])
  if (end instanceof Error) {
    logger.fatal({ err: end }, 'the broker failed and stops')
    return exitCodes.failed
  }
  logger.info(`${end}: stopping`)
  return stop(broker, logger, world.clock)
}

function logReady(logger: Logger, broker: RunningBroker, options: BrokerOptions, clock: Clock): void {
  const { advertise, shards } = options
  logger.info(
    {
      bound: broker.bootstrap,
      advertised: advertise === undefined ? 'as reached' : `${advertise.host}:${advertise.port}`,
      directory: broker.logDir,
      shards,
      topics: broker.topicCount,
      flushMode: options.set['flush.mode'] ?? 'sync',
      tookMs: Math.round(clock.monotonic()), // its origin is the start of the process
    },
    `ready on ${broker.bootstrap}`,
  )
}

async function stop(broker: RunningBroker, logger: Logger, clock: Clock): Promise<number> {
  const late = delay(clock, stopDeadlineMs).then(() => 'late' as const)
  if ((await Promise.race([broker.close(), late])) === 'late') {
    logger.error(`not stopped after ${stopDeadlineMs / 1000} seconds: ending now, the next start recovers`)
    return exitCodes.failed
  }
  logger.info('stopped')
  return exitCodes.fine
}
