import { createRequire } from 'node:module'
import { type Logger, pino } from 'pino'

export type { Logger } from 'pino'

export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const
export type LogLevel = (typeof logLevels)[number]

/** Structured log lines on standard output: readable on a terminal, one JSON object a line elsewhere. */
export function createLogger(level: LogLevel, output: NodeJS.WriteStream = process.stdout): Logger {
  return pino({ level, base: null }, output.isTTY ? readable(output) : output)
}

/** Loaded only where somebody reads along: it takes 30 ms and 8 MB. */
function readable(output: NodeJS.WriteStream): NodeJS.WritableStream {
  const pretty = createRequire(import.meta.url)('pino-pretty') as typeof import('pino-pretty')
  return pretty({ destination: output, colorize: true, translateTime: 'SYS:HH:MM:ss.l', sync: true })
}

/** For embedding and tests, where nobody reads log lines. */
export const silentLogger: Logger = pino({ level: 'silent' })
