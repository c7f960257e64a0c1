import type { Sandbox } from "../../src/core/sandbox.ts";

export interface Issue {
  readonly rule: string;
  readonly line: number;
  readonly cwe: string;
}

/** What the package's own `analyze` gave for one text, and what it knew and did not tell. */
export interface PeerAnswer {
  readonly issues: readonly Issue[];
  readonly ms: number;
  /** Set when the API threw. */
  readonly threw?: string | undefined;
  /** Kinds of the errors in semgrep's output, which the package ignores. */
  readonly ignored: readonly string[];
}

export interface PeerItem {
  readonly language: string;
  readonly text: string;
}

const script = `
import asyncio, json, sys, time
sys.dont_write_bytecode = True
sys.path.insert(0, sys.argv[1])
from codeshield.insecure_code_detector import insecure_code_detector as detector
from codeshield.insecure_code_detector.languages import Language
from codeshield.insecure_code_detector.usecases import UseCase
import logging; logging.disable(logging.CRITICAL)

seen = []
run_command = detector._run_command
async def remember(command):
    output = await run_command(command)
    try:
        for error in json.loads(output[output.find("{"):])["errors"]:
            kind = error["type"]
            seen.append(kind if isinstance(kind, str) else kind[0])
    except ValueError:
        seen.append("unreadable output")
    return output
detector._run_command = remember

request = json.load(sys.stdin)
answers = []
for item in request["items"]:
    seen.clear()
    start = time.perf_counter()
    try:
        issues, threw = asyncio.run(detector.analyze(Language(item["language"]), item["text"], usecase=UseCase(request["mode"]))), None
    except Exception as error:
        issues, threw = [], repr(error)
    ms = (time.perf_counter() - start) * 1000
    found = [{"rule": i.pattern_id, "line": i.line, "cwe": i.cwe_id} for i in issues]
    answers.append({"issues": found, "ms": ms, "threw": threw, "ignored": list(seen)})
json.dump(answers, sys.stdout)
`;

/** The package's own API over the items, one after the other as its callers use it, inside the sandbox. */
export async function askPeer(
  sandbox: Sandbox,
  folder: string,
  items: readonly PeerItem[],
  mode: string,
): Promise<PeerAnswer[]> {
  const answers: PeerAnswer[] = [];
  for (let at = 0; at < items.length; at += 100) {
    const batch = items.slice(at, at + 100);
    answers.push(...(await run<PeerAnswer[]>(sandbox, folder, script, { items: batch, mode })));
    process.stderr.write(`\rpackage, ${mode}: ${answers.length} of ${items.length} `);
  }
  process.stderr.write("\n");
  return answers;
}

const casesScript = `
import ast, json, pathlib, sys
cases = []
for path in sorted(pathlib.Path(sys.argv[1], "codeshield/insecure_code_detector/tests").glob("test_*.py")):
    tree = ast.parse(path.read_text())
    lists = {}
    for node in tree.body:
        if isinstance(node, ast.Assign):
            try: lists[node.targets[0].id] = ast.literal_eval(node.value)
            except ValueError: pass
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") in ("run_regex_tests", "run_semgrep_tests"):
            for text, count in lists[node.args[1].id]:
                cases.append({"language": node.args[0].attr.lower(), "text": text, "expected": count})
json.dump(cases, sys.stdout)
`;

/** The pairs of the package's own unit tests: a text and how many issues it must give. */
export function unitTestCases(
  sandbox: Sandbox,
  folder: string,
): Promise<(PeerItem & { readonly expected: number })[]> {
  return run(sandbox, folder, casesScript, {});
}

async function run<T>(sandbox: Sandbox, folder: string, source: string, request: object): Promise<T> {
  const limits = {
    wallMs: 580_000,
    cpuSeconds: 3600,
    memoryBytes: 3 * 1024 ** 3,
    mappedBytes: Number.POSITIVE_INFINITY,
    processes: 200,
    outputBytes: 64 * 1024 ** 2,
  };
  await using session = await sandbox.open({ limits, readOnly: [folder] });
  const argv = ["/usr/bin/python3", "-I", "-c", source, folder] as const;
  const result = await session.exec({ argv, stdin: JSON.stringify(request) });
  if (result.exitCode !== 0)
    throw new Error(
      `the package's process: ${JSON.stringify({ ...result, stdout: "", stderr: Buffer.from(result.stderr).toString().slice(-2000) })}`,
    );
  return JSON.parse(Buffer.from(result.stdout).toString());
}
