/**
 * Codecs made of blocks are written once, as a generator that yields one job per block and gets its result back. Run by `runJobs` the
 * jobs are done at once; by `runJobsAsync` each off the event loop, one after another.
 */
export type BlockJobs<Job> = Generator<Job, Buffer, Buffer>

export function runJobs<Job>(jobs: BlockJobs<Job>, run: (job: Job) => Buffer): Buffer {
  let step = jobs.next()
  while (!step.done) step = jobs.next(run(step.value))
  return step.value
}

export async function runJobsAsync<Job>(jobs: BlockJobs<Job>, run: (job: Job) => Promise<Buffer>): Promise<Buffer> {
  let step = jobs.next()
  while (!step.done) step = jobs.next(await run(step.value))
  return step.value
}
