/** A job on its way into a job process, or its answer on the way back. */
export interface Numbered<Value> {
  readonly ticket: number;
  readonly value: Value;
}

/** What a job process says: an answer, or (null) that the next job's time begins now. */
export type JobMessage<Answer> = Numbered<Answer> | null;

/**
 * The program of a `JobProcess`: the first message opens it, each further one is a list of jobs, done one after the other. `begin`
 * says that what was done since the last answer was none of the job's work (loading, say). Its parent's end is its own.
 */
export function serveJobs<Data, Job, Answer>(
  open: (data: Data, begin: () => void) => (job: Job) => Answer,
): void {
  // Ctrl-C reaches everything on the terminal; what becomes of this process is its parent's to say.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => {});
  process.on("disconnect", () => process.exit());
  const say = (message: JobMessage<Answer>) => process.send?.(message);
  process.once("message", (data: Data) => {
    const work = open(data, () => say(null));
    process.on("message", (jobs: readonly Numbered<Job>[]) => {
      for (const { ticket, value } of jobs) say({ ticket, value: work(value) });
    });
    say(null);
  });
}
