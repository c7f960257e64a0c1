import type { Artifact } from "../core/artifact.ts";
import type { Generation } from "../core/generation.ts";
import { functionalAndSecure, type Judgement } from "../core/judgement.ts";
import { generationRows, judgementRows, taskRows } from "../core/row-schemas.ts";
import type { Task } from "../core/task.ts";
import type { ObjectStore } from "../engine/object-store.ts";
import { readRows } from "../engine/rows-file.ts";
import type { ReasonCount, ReportExample } from "../report/report-input.ts";
import type { ArmArtifacts } from "./report-arms.ts";

/** Examples shown of each kind and split. */
const PER_KIND = 2;

/** What changed from the first arm to the last, by what is worth looking at. */
const kinds: readonly { note: string; fits: (before: Judgement, after: Judgement) => boolean }[] = [
  { note: "hardened", fits: (before, after) => isSafe(after) && works(before) && !isSafe(before) },
  { note: "lost function", fits: (before, after) => works(before) && after.functional === "fail" },
  {
    note: "still vulnerable",
    fits: (before, after) => works(before) && works(after) && after.secure === "fail",
  },
  {
    note: "grader error",
    fits: (before, after) => [before, after].some((row) => row.functional === "error"),
  },
];

export interface ExampleSources {
  readonly objects: ObjectStore;
  readonly tasks: Artifact;
  readonly arms: readonly ArmArtifacts[];
  readonly before: string;
  readonly after: string;
}

/** A few tasks with all arms' answers side by side: the first in order of each kind and split. */
export async function chooseExamples(sources: ExampleSources): Promise<ReportExample[]> {
  const { objects, arms } = sources;
  const tasks = new Map<string, Task>();
  for await (const task of readRows(objects.path(sources.tasks), sources.tasks, taskRows))
    tasks.set(task.id, task);
  const judgements = await firstSamples(sources);
  const chosen = choose(sources, tasks, judgements);
  const generations = new Map<string, Generation>();
  for (const arm of arms) {
    for await (const row of readRows(objects.path(arm.generations), arm.generations, generationRows)) {
      if (row.sampleIndex === 0 && chosen.has(row.taskId)) generations.set(`${arm.name}\0${row.taskId}`, row);
    }
  }
  return [...chosen].map(([taskId, note]) => ({
    task: tasks.get(taskId)!,
    note,
    answers: arms.flatMap(({ name: arm }) => {
      const generation = generations.get(`${arm}\0${taskId}`);
      if (generation === undefined) return [];
      return [{ arm, generation, judgement: judgements.get(arm)?.get(taskId) }];
    }),
  }));
}

/** How often each reason for not passing occurred, per arm and split. */
export async function countReasons(sources: ExampleSources): Promise<ReasonCount[]> {
  const { objects, arms } = sources;
  const splits = new Map<string, string>();
  for await (const task of readRows(objects.path(sources.tasks), sources.tasks, taskRows)) {
    splits.set(task.id, task.split ?? "all");
  }
  const counts = new Map<string, ReasonCount>();
  for (const { name: arm, judgements } of arms) {
    for await (const row of readRows(objects.path(judgements), judgements, judgementRows)) {
      for (const reason of row.reasons) {
        const split = splits.get(row.taskId) ?? "all";
        const id = [arm, split, reason].join("\0");
        counts.set(id, { arm, split, reason, count: (counts.get(id)?.count ?? 0) + 1 });
      }
    }
  }
  return [...counts.values()];
}

async function firstSamples({ objects, arms }: ExampleSources) {
  const byArm = new Map<string, Map<string, Judgement>>();
  for (const { name, judgements } of arms) {
    const byTask = new Map<string, Judgement>();
    for await (const row of readRows(objects.path(judgements), judgements, judgementRows)) {
      if (row.sampleIndex === 0) byTask.set(row.taskId, row);
    }
    byArm.set(name, byTask);
  }
  return byArm;
}

function choose(
  { before, after }: ExampleSources,
  tasks: ReadonlyMap<string, Task>,
  judgements: ReadonlyMap<string, ReadonlyMap<string, Judgement>>,
): Map<string, string> {
  const chosen = new Map<string, string>();
  const counts = new Map<string, number>();
  for (const task of tasks.values()) {
    const from = judgements.get(before)?.get(task.id);
    const to = judgements.get(after)?.get(task.id);
    if (from === undefined || to === undefined) continue;
    const kind = kinds.find(({ fits }) => fits(from, to));
    if (kind === undefined) continue;
    const slot = `${kind.note}\0${task.split}`;
    const count = counts.get(slot) ?? 0;
    if (count === PER_KIND) continue;
    counts.set(slot, count + 1);
    chosen.set(task.id, kind.note);
  }
  return chosen;
}

function works(judgement: Judgement): boolean {
  return judgement.functional === "pass";
}

function isSafe(judgement: Judgement): boolean {
  return functionalAndSecure(judgement) === "pass";
}
