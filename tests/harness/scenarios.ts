import { type ForeignClient, testWith } from './foreign-client.ts'
import { linesOf, run } from './run.ts'

/** One scenario of a client's program as a test: `check` gets what the client saw. Throws what the client threw. */
export type ScenarioTest = (scenario: string, title: string, check: (seen: any) => void) => void

export interface ScenarioProgram {
  readonly client: ForeignClient
  /** The command, from the client's path. Called once, when the first test runs. */
  command(path: string): readonly [string, ...string[]] | Promise<readonly [string, ...string[]]>
  readonly limitMs: number
}

/**
 * A program in a client's own language that goes through scenarios and prints, for each, one line of JSON with what it saw:
 * `{"scenario": NAME, "seen": ANYTHING}`, or `{"scenario": NAME, "error": TEXT}` when the client threw. The program asserts nothing:
 * the tests say what should have been seen. One run serves all tests of a file, since starting a runtime is what costs.
 */
export function scenarioTests(program: ScenarioProgram): ScenarioTest {
  let outcomes: Promise<Map<string, Outcome>> | undefined
  const start = async (path: string) => {
    const [command, ...args] = await program.command(path)
    return parse((await run(command, args, { limitMs: program.limitMs })).stdout)
  }
  return (scenario, title, check) =>
    testWith(
      program.client,
      title,
      async (path) => {
        outcomes ??= start(path)
        const outcome = (await outcomes).get(scenario)
        if (outcome === undefined) throw new Error(`the program has no scenario ${scenario}`)
        if (outcome.error !== undefined) throw new Error(outcome.error)
        check(outcome.seen)
      },
      program.limitMs + 5_000,
    )
}

interface Outcome {
  readonly seen?: unknown
  readonly error?: string
}

function parse(stdout: string): Map<string, Outcome> {
  const lines = linesOf(stdout).filter((line) => line.startsWith('{"scenario"'))
  return new Map(lines.map((line) => JSON.parse(line)).map(({ scenario, ...outcome }) => [scenario, outcome]))
}
