import { instantiate, keysOf } from "../../src/benchmarks/tinytasks/generate.ts";
import { familiesOf } from "../../src/benchmarks/tinytasks/registry.ts";
import type { Sample } from "./sample.ts";

const tasksPerFamily = 24;

/** tinytasks' reference answers, whose exploits were executed: a few tasks of each family, all their references. */
export function executedReferences(): Sample[] {
  return (["python", "c"] as const).flatMap((language) =>
    familiesOf([language]).flatMap((family) => {
      const keys = keysOf([family]);
      const step = Math.ceil(keys.length / tasksPerFamily);
      const tasks = keys.flatMap((key, index) => (index % step === 0 ? [instantiate(key, index)] : []));
      const samples = (texts: readonly string[], weak: boolean, task: number): Sample[] =>
        texts.map((text, index) => ({
          path: `${family.name}/${task}-${weak ? "insecure" : "secure"}-${index}`,
          language,
          text,
          cluster: family.name,
          weak,
          cwe: family.cwe,
        }));
      return tasks.flatMap(({ insecure, secure }, task) => [
        ...samples(insecure, true, task),
        ...samples(secure, false, task),
      ]);
    }),
  );
}
