import { defineCommand } from "citty";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { AppError, type ErrorCode } from "../core/error.ts";
import { repeated, wholeNumber } from "./arguments.ts";
import { dispatch } from "./dispatch.ts";

let stdout = "";
let stderr = "";
beforeEach(() => {
  [stdout, stderr] = ["", ""];
  vi.spyOn(process.stdout, "write").mockImplementation((text) => {
    stdout += text;
    return true;
  });
  vi.spyOn(process.stderr, "write").mockImplementation((text) => {
    stderr += text;
    return true;
  });
});
afterEach(() => vi.restoreAllMocks());

const seen: unknown[] = [];
const root = defineCommand({
  meta: { name: "tool", version: "1.2.3", description: "A tool." },
  subCommands: {
    work: defineCommand({
      meta: { name: "work", description: "Works." },
      args: {
        what: { type: "positional", required: true, description: "what to work on" },
        set: { type: "string", description: "a setting" },
        level: { type: "enum", options: ["low", "high"], default: "low", description: "how much" },
        json: { type: "boolean", description: "as JSON" },
      },
      run: ({ args, rawArgs }) => {
        seen.push([args.what, args.level, args.json, repeated(rawArgs, "set")]);
        return args.what === "five" ? 5 : undefined;
      },
    }),
    fail: defineCommand({
      meta: { name: "fail", description: "Fails." },
      args: { code: { type: "positional", required: true }, json: { type: "boolean" } },
      run: ({ args }) => {
        if (args.code === "bug") throw new TypeError("x is undefined");
        throw new AppError(args.code as ErrorCode, "it\u001b[31m went wrong", {
          boundary: "config",
          hint: "mend it",
        });
      },
    }),
    group: defineCommand({
      meta: { name: "group", description: "Groups." },
      subCommands: {
        inner: defineCommand({ meta: { name: "inner", description: "Inner." }, run: () => {} }),
      },
    }),
  },
});

describe("dispatch", () => {
  it("runs a command with its arguments and gives its exit code", async () => {
    expect(
      await dispatch(root, ["work", "it", "--set", "a=1", "--json", "--set=b=2", "--level", "high"]),
    ).toBe(0);
    expect(seen.pop()).toEqual(["it", "high", true, ["a=1", "b=2"]]);
    expect(await dispatch(root, ["work", "five", "--no-json"])).toBe(5);
  });

  it.each([
    [["wrok"], "unknown command `wrok`", "did you mean `work`?"],
    [["work", "it", "--jsno"], "unknown option `--jsno`", "did you mean `--json`?"],
    [["work", "it", "--jsno=1"], "unknown option `--jsno`", "did you mean `--json`?"],
    [["work", "it", "-x"], "unknown option `-x`", "--help"],
    [["work", "it", "--set"], "`--set` needs a value", "--help"],
    [["work", "it", "--set", "--level"], "`--set` needs a value", "--help"],
    [["work", "it", "more"], "unexpected argument `more`", "--help"],
    [["work"], "Missing required positional argument: WHAT", "--help"],
    [["work", "it", "--level", "mid"], "Invalid value for argument: --level (mid)", "--help"],
    [["group"], "tool group: which command?", "`tool group --help`"],
    [["group", "iner"], "tool group: unknown command `iner`", "did you mean `inner`?"],
    [["--jsn"], "unknown option `--jsn`", "`tool --help`"],
    [[], "which command?", "`tool --help`"],
  ])("%j is a usage error", async (argv, message, hint) => {
    expect(await dispatch(root, argv)).toBe(2);
    expect(stderr).toContain(message);
    expect(stderr).toContain(hint);
    expect(stdout).toBe("");
  });

  it("shows help of the command that is asked about, on stdout, and the version", async () => {
    expect(await dispatch(root, ["work", "--help"])).toBe(0);
    expect(stdout).toContain("USAGE tool work [OPTIONS] <WHAT>");
    expect(await dispatch(root, ["group", "-h"])).toBe(0);
    expect(stdout).toContain("inner");
    stdout = "";
    expect(await dispatch(root, ["--version"])).toBe(0);
    expect(stdout).toBe("1.2.3\n");
  });

  it("leaves what follows -- to the program that is run", async () => {
    expect(await dispatch(root, ["work", "it", "--", "--help", "--nonsense"])).toBe(0);
  });

  it.each([
    ["usage", 2],
    ["config-invalid", 2],
    ["prerequisite-missing", 3],
    ["budget-reached", 4],
    ["interrupted", 130],
    ["stage-failed", 1],
    ["bug", 1],
  ])("an error %s exits with %i, without a stack", async (code, exitCode) => {
    expect(await dispatch(root, ["fail", code])).toBe(exitCode);
    expect(stderr).toMatch(
      code === "bug" ? /^error: x is undefined\nhint: / : /^error: it went wrong\nhint: mend it\n$/,
    );
    expect(stderr).not.toContain("    at ");
  });

  it("ends with a JSON line also when it fails", async () => {
    await dispatch(root, ["fail", "store-locked", "--json"]);
    expect(JSON.parse(stdout)).toEqual({
      error: { code: "store-locked", message: expect.stringContaining("went wrong"), hint: "mend it" },
    });
  });
});

describe("wholeNumber", () => {
  it("takes whole numbers in range only", () => {
    expect(wholeNumber("3", "limit")).toBe(3);
    expect(wholeNumber(undefined, "limit")).toBeUndefined();
    for (const text of ["", "x", "1.5", "-1", "1e999"])
      expect(() => wholeNumber(text, "limit")).toThrow("--limit");
  });
});
