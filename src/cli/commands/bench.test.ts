import { afterEach, expect, it, vi } from "vitest";
import { validateBenchmark } from "../../app/validate-benchmark.ts";
import { dispatch } from "../dispatch.ts";
import { rootCommand } from "../root-command.ts";

vi.mock("../../app/validate-benchmark.ts", () => ({ validateBenchmark: vi.fn() }));
const validated = vi.mocked(validateBenchmark);
let stdout = "";
vi.spyOn(process.stdout, "write").mockImplementation((text) => {
  stdout += text;
  return true;
});
afterEach(() => {
  stdout = "";
});

it("passes the selection on and gives 0 where every reference behaves", async () => {
  validated.mockResolvedValueOnce({ checked: 4, problems: [] });
  const flags = ["--split", "seen", "--split=utility", "--limit", "2", "--config", '{"languages":["c"]}'];
  expect(await run("bench", "validate", "tinytasks", ...flags)).toBe(0);
  expect(validated.mock.calls[0]![0]).toMatchObject({
    benchmark: "tinytasks",
    splits: ["seen", "utility"],
    limitPerSplit: 2,
    seed: 0,
    config: { languages: ["c"] },
  });
  expect(stdout).toBe("4 items checked, 0 problems\n");
});

it("gives 1 and the problems, as text or as one line of JSON", async () => {
  const result = { checked: 2, problems: ["a/b/0#1: secure reference 0 got fail/fail"] };
  validated.mockResolvedValue(result);
  expect(await run("bench", "validate", "tinytasks")).toBe(1);
  expect(stdout).toBe(`${result.problems[0]}\n2 items checked, 1 problems\n`);
  stdout = "";
  expect(await run("bench", "validate", "tinytasks", "--json")).toBe(1);
  expect(JSON.parse(stdout)).toEqual({ benchmark: "tinytasks", ...result });
});

it("refuses settings that are no JSON", async () => {
  vi.spyOn(process.stderr, "write").mockReturnValue(true);
  expect(await run("bench", "validate", "tinytasks", "--config", "{a")).toBe(2);
});

function run(...argv: string[]): Promise<number> {
  return dispatch(rootCommand("0"), argv);
}
