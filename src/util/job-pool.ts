import { JobProcess, type JobProgram } from "./job-process.ts";
import type { JobMessage, Numbered } from "./serve-jobs.ts";

export interface JobPoolOptions<Job, Answer> extends JobProgram {
  readonly processes: number;
  /** Longest time for one job. */
  readonly jobTimeoutMs: number;
  /** Longest time for a process to start; default: a minute, far more than a machine without a free core takes. */
  readonly startTimeoutMs?: number;
  /** Whether a process should do nothing more after this job: its memory has grown, or is not to be relied on. */
  readonly isWorn?: (job: Job, answer: Answer) => boolean;
}

/** `timed-out`: the job took too long. `crashed`: two processes have ended over it. */
export interface JobFailure {
  readonly failure: "timed-out" | "crashed";
  readonly message: string;
}

interface Waiting<Job, Answer> extends Numbered<Job> {
  resolve(outcome: { answer: Answer } | JobFailure): void;
  /** A process has ended over it: it gets one more. */
  lost?: true;
}

interface Member<Job, Answer> {
  readonly runner: JobProcess<Job, Answer>;
  /** Sent and not answered, in the order in which they are worked on. */
  readonly running: Waiting<Job, Answer>[];
  /** Whether it has said that it is ready. */
  started: boolean;
  /** How long the first of them has been worked on, or the process has been starting. */
  workedMs: number;
}

/** Jobs sent at once: enough that a process never waits for the next, few enough that the others get some. */
const batchSize = 16;
const watchEveryMs = 100;

/** Job processes with a queue. A job that takes too long or its process down fails alone; those behind it go to a fresh process. */
export class JobPool<Job, Answer> {
  readonly #options: JobPoolOptions<Job, Answer>;
  readonly #members = new Set<Member<Job, Answer>>();
  readonly #queue: Waiting<Job, Answer>[] = [];
  #ticket = 0;
  /** Processes in a row that were gone before they were ready. */
  #failedStarts = 0;
  #watch: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(options: JobPoolOptions<Job, Answer>) {
    this.#options = options;
  }

  run(value: Job): Promise<{ answer: Answer } | JobFailure> {
    return new Promise((resolve) => {
      this.#queue.push({ ticket: this.#ticket++, value, resolve });
      // All jobs of a batch are queued before the first is sent.
      if (this.#queue.length === 1) queueMicrotask(() => this.#distribute());
    });
  }

  /** Takes back jobs that nobody has begun; they resolve as `crashed`, which whoever aborts does not look at. */
  drop(): void {
    for (const job of this.#queue.splice(0)) job.resolve(crashed("not looked at: it was stopped"));
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.drop();
    clearInterval(this.#watch);
    const members = [...this.#members];
    this.#members.clear();
    await Promise.all(members.map(({ runner }) => runner.kill()));
    for (const job of members.flatMap(({ running }) => running))
      job.resolve(crashed("not finished: it was stopped"));
  }

  #distribute(): void {
    if (this.#closed) return;
    for (const member of this.#members) this.#send(member);
    while (this.#queue.length > 0 && this.#members.size < this.#options.processes) this.#send(this.#start());
  }

  #send(member: Member<Job, Answer>): void {
    const { running, runner } = member;
    if (running.length > batchSize / 2 || this.#queue.length === 0) return;
    const share = Math.max(1, Math.ceil(this.#queue.length / this.#options.processes));
    const jobs = this.#queue.splice(0, Math.min(batchSize, share));
    if (running.length === 0 && member.started) member.workedMs = 0;
    running.push(...jobs);
    runner.send(jobs.map(({ ticket, value }) => ({ ticket, value })));
  }

  #start(): Member<Job, Answer> {
    const runner = new JobProcess<Job, Answer>(this.#options, {
      onMessage: (message) => this.#take(member, message),
      onLost: (reason) => this.#lose(member, `its process ended: ${reason}`),
    });
    const member: Member<Job, Answer> = { runner, running: [], started: false, workedMs: 0 };
    this.#members.add(member);
    this.#watch ??= setInterval(() => this.#checkTimes(), watchEveryMs).unref();
    return member;
  }

  #take(member: Member<Job, Answer>, message: JobMessage<Answer>): void {
    member.started = true;
    this.#failedStarts = 0;
    member.workedMs = 0;
    const job = member.running[0];
    if (message === null || job?.ticket !== message.ticket) return;
    member.running.shift();
    job.resolve({ answer: message.value });
    if (this.#options.isWorn?.(job.value, message.value)) this.#replace(member);
    else this.#send(member);
    if (member.running.length === 0) member.runner.rest();
  }

  /** Counts in steps of the watch: while this process itself does not get on, no job's time runs. */
  #checkTimes(): void {
    const { jobTimeoutMs, startTimeoutMs = 60_000 } = this.#options;
    for (const member of this.#members) {
      if (member.running.length === 0) continue;
      member.workedMs += watchEveryMs;
      if (!member.started && member.workedMs > startTimeoutMs)
        this.#lose(member, `its process did not start within ${startTimeoutMs / 1000} s`);
      else if (member.started && member.workedMs > jobTimeoutMs)
        this.#fail(member, { failure: "timed-out", message: `took longer than ${jobTimeoutMs / 1000} s` });
    }
  }

  /** The process that had it is of no more use: the job gets another one, once. */
  #lose(member: Member<Job, Answer>, reason: string): void {
    const [first] = member.running;
    // No job has begun in it: where none ever starts, none needs to be tried twice.
    if (!member.started && ++this.#failedStarts > this.#options.processes) {
      for (const job of this.#queue.splice(0)) job.resolve(crashed(reason));
      for (const job of member.running.splice(0)) job.resolve(crashed(reason));
    }
    if (first?.lost) {
      this.#fail(member, crashed(reason));
      return;
    }
    if (first !== undefined) first.lost = true;
    this.#replace(member);
  }

  /** The job that the process was at fails. */
  #fail(member: Member<Job, Answer>, failure: JobFailure): void {
    member.running.shift()?.resolve(failure);
    this.#replace(member);
  }

  /** Ends a process; the jobs that it still had go back to the front of the queue. */
  #replace(member: Member<Job, Answer>): void {
    this.#members.delete(member);
    void member.runner.kill();
    this.#queue.unshift(...member.running.splice(0));
    this.#distribute();
  }
}

function crashed(message: string): JobFailure {
  return { failure: "crashed", message };
}
