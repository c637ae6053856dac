import { type Logger, pino } from 'pino'
import pretty from 'pino-pretty'

export type { Logger } from 'pino'

export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const
export type LogLevel = (typeof logLevels)[number]

/** Structured log lines on standard output: readable on a terminal, one JSON object a line elsewhere. */
export function createLogger(level: LogLevel, output: NodeJS.WriteStream = process.stdout): Logger {
  if (!output.isTTY) return pino({ level, base: null }, output)
  return pino({ level, base: null }, pretty({ destination: output, colorize: true, translateTime: 'SYS:HH:MM:ss.l', sync: true }))
}

/** For embedding and tests, where nobody reads log lines. */
export const silentLogger: Logger = pino({ level: 'silent' })
