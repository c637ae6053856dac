import { readFileSync } from 'node:fs'
import { linesOf } from './run.ts'

/** One system call, placed in time by the lines of the trace. */
export interface Call {
  readonly name: string
  /** Arguments as strace prints them: descriptors with their path or socket, strings quoted. */
  readonly args: string
  readonly result: string
  /** Line on which it began, and on which it had ended. */
  readonly began: number
  readonly ended: number
}

/** `-D`: the traced program is the child that was spawned, so that signals reach it. `-yy`: descriptors are told with what they are. */
export function straceCommand(strace: string, file: string, calls: readonly string[]): string[] {
  return [strace, '-D', '-f', '--seccomp-bpf', '-yy', '-s', '4096', '-o', file, '-e', `trace=${calls.join(',')}`, '-e', 'signal=none']
}

/** The calls of a trace in the order in which they began. A call that another thread interrupted in print is put together again. */
export function readTrace(file: string): Call[] {
  const calls: Call[] = []
  const unfinished = new Map<string, { name: string; args: string; began: number }>()
  linesOf(readFileSync(file, 'latin1')).forEach((line, at) => {
    const whole = line.match(/^(\d+) +(\w+)\((.*)\) += (.*)$/)
    const begun = line.match(/^(\d+) +(\w+)\((.*?) *<unfinished \.\.\.>$/)
    const resumed = line.match(/^(\d+) +<\.\.\. (\w+) resumed>(.*)\) += (.*)$/)
    if (resumed) {
      const start = unfinished.get(resumed[1]!)
      if (start === undefined || start.name !== resumed[2]) throw new Error(`line ${at} of the trace resumes what was not begun: ${line}`)
      calls.push({ ...start, args: start.args + resumed[3]!, result: resumed[4]!, ended: at })
    } else if (begun) unfinished.set(begun[1]!, { name: begun[2]!, args: begun[3]!, began: at })
    else if (whole) calls.push({ name: whole[2]!, args: whole[3]!, result: whole[4]!, began: at, ended: at })
  })
  return calls.sort((a, b) => a.began - b.began)
}
