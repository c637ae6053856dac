import * as z from 'zod/mini'
import { topicNameFault } from '../cluster/topic-names.ts'

export interface HostPort {
  readonly host: string
  readonly port: number
}

export interface TopicAtStart {
  readonly name: string
  readonly partitions: number
}

/** A schema whose one rule is a function: what the input means, or undefined when it means nothing. */
function readBy<Input, Output>(
  mustBe: string,
  read: (input: Input) => Output | undefined,
): z.ZodMiniPipe<z.ZodMiniCustom<Input, Input>, z.ZodMiniTransform<Output, Input>> {
  const meaning = z.transform((input: Input, context) => {
    const output = read(input)
    if (output !== undefined) return output
    context.issues.push({ code: 'custom', input, message: `must be ${mustBe}, not ${shown(input)}` })
    return z.NEVER
  })
  return z.pipe(z.custom<Input>(), meaning)
}

function shown(input: unknown): string {
  return JSON.stringify(input) ?? String(input)
}

export const text = readBy('text that is not empty', (input: string) => (typeof input === 'string' && input !== '' ? input : undefined))

export function oneOf<Word extends string>(words: readonly Word[]) {
  return readBy(
    words
      .slice(0, -1)
      .join(', ')
      .concat(' or ', words.at(-1) ?? ''),
    (input: Word) => words.find((word) => word === input),
  )
}

/** Both ends may be given. `mustBe` completes "must be ...". */
export function integer(least: number, most: number, mustBe = `a whole number from ${least} to ${most}`) {
  return readBy(mustBe, (input: number | string) => readInteger(input, least, most))
}

function readInteger(input: unknown, least: number, most: number): number | undefined {
  const number = typeof input === 'string' && /^-?\d{1,16}$/.test(input) ? Number(input) : input
  return typeof number === 'number' && Number.isSafeInteger(number) && number >= least && number <= most ? number : undefined
}

/** `HOST:PORT`; an IPv6 address stands in brackets. */
export function hostPort(leastPort: number, example: string) {
  return readBy(`HOST:PORT such as ${example}`, (input: string | HostPort): HostPort | undefined => {
    const [host, port] = typeof input === 'string' ? splitHostPort(input) : [input?.host, input?.port]
    const number = readInteger(port, leastPort, 65_535)
    return typeof host === 'string' && host !== '' && number !== undefined ? { host, port: number } : undefined
  })
}

function splitHostPort(input: string): [string | undefined, string | undefined] {
  const match = /^(?:\[([0-9A-Fa-f:.%\w]+)\]|([^\s:[\]]+)):(\d{1,5})$/.exec(input)
  return [match?.[1] ?? match?.[2], match?.[3]]
}

/** Repeated `NAME:PARTITIONS`, or one text with `;` between them, or a list as a program writes it. A name may stand there once. */
export const topics = readBy(
  'NAME:PARTITIONS, each name once, of letters, digits, ".", "_" and "-", with 1 to 10000 partitions',
  (input: string | readonly (string | TopicAtStart)[]): TopicAtStart[] | undefined => {
    const read = listOf(input)?.map(readTopic)
    if (read === undefined || !read.every((topic) => topic !== undefined)) return undefined
    return new Set(read.map((topic) => topic.name)).size === read.length ? read : undefined
  },
)

function readTopic(input: unknown): TopicAtStart | undefined {
  const match = typeof input === 'string' ? /^([^:]*):(\d+)$/.exec(input) : null
  const { name, partitions } = match === null ? ((input ?? {}) as Partial<TopicAtStart>) : { name: match[1], partitions: match[2] }
  const count = readInteger(partitions, 1, 10_000)
  if (typeof name !== 'string' || topicNameFault(name) !== undefined || count === undefined) return undefined
  return { name, partitions: count }
}

/** Repeated `key=value`, or one text with `;` between them, or a mapping. Values are kept as text: which are good is decided where the configs are declared. */
export const settings = readBy(
  "key=value with one of Kafka's config names",
  (input: string | readonly string[] | Readonly<Record<string, string | number | boolean>>): Record<string, string> | undefined => {
    const pairs = listOf(input)?.map(splitSetting) ?? mappingOf(input)
    return pairs?.every((pair) => pair !== undefined) ? Object.fromEntries(pairs) : undefined
  },
)

function splitSetting(input: unknown): [string, string] | undefined {
  const match = typeof input === 'string' ? /^\s*([^=\s]+)\s*=(.*)$/s.exec(input) : null
  return match?.[1] === undefined || match[2] === undefined ? undefined : [match[1], match[2].trim()]
}

function mappingOf(input: unknown): ([string, string] | undefined)[] | undefined {
  if (typeof input !== 'object' || input === null) return undefined
  return Object.entries(input).map(([key, value]) =>
    ['string', 'number', 'boolean'].includes(typeof value) ? [key, String(value)] : undefined,
  )
}

function listOf(input: unknown): unknown[] | undefined {
  if (typeof input !== 'string') return Array.isArray(input) ? input : undefined
  return input
    .split(';')
    .map((part) => part.trim())
    .filter((part) => part !== '')
}
