// Our model adapters against a server that is not ours: `transformers serve` with tiny-coder on loopback.
//   npm run verify -- serve [--checkpoint FOLDER]
// Needs .venv/oracle-serve: python3 -m venv .venv/oracle-serve && .venv/oracle-serve/bin/pip install "transformers[serving]==5.23.0" torch==2.13.0
// Both servers (theirs, and the worker's own) are asked through `openai-compatible`; greedy answers are compared with the `local`
// model's, which render the prompt and decode by other code. What each feature gave is written to docs/results/transformers-serve.json.
// Seen of transformers 5.23: it never samples for checkpoints whose generation_config lacks `do_sample: true` (like tiny-coder's),
// whatever temperature is asked for; it keeps the stop string in the text; it gives one sample and no log-probabilities.
import { existsSync } from "node:fs";
import { basename, join, relative, resolve } from "node:path";
import { parseArgs } from "node:util";
import type { OperationContext, Services } from "../src/core/adapter.ts";
import { messageOf } from "../src/core/error.ts";
import {
  type GenerateReply,
  type GenerateRequest,
  GenerateRequestSchema,
  type Model,
} from "../src/core/model.ts";
import { model as localModel, server as localServer } from "../src/models/local/index.ts";
import { model as client } from "../src/models/openai-compatible/index.ts";
import { freePort } from "../src/util/free-port.ts";
import { sleep } from "../src/util/sleep.ts";
import { superviseProcess } from "../src/util/supervised-process.ts";
import { startWorker } from "../src/worker-client/start-worker.ts";
import { recordResult } from "./support/record-result.ts";

const root = resolve(import.meta.dirname, "..");
const { values } = parseArgs({ options: { checkpoint: { type: "string", default: "assets/tiny-coder" } } });
const path = resolve(root, values.checkpoint);
/** `transformers serve` knows a model by the path it was given: relative, so that no machine's folders get into the results. */
const servedName = relative(root, path);
const python = join(root, ".venv", "oracle-serve", "bin", "transformers");
if (!existsSync(python)) {
  process.stderr.write("no .venv/oracle-serve: the first lines of bench/serve.ts say how to make it\n");
  process.exit(3);
}

const context: OperationContext = { signal: new AbortController().signal, onProgress() {} };
const worker = await startWorker();
const checkpoint = { path, sha256: "verify", name: basename(path) };
const services: Services = {
  env: process.env,
  worker: async () => worker,
  sandbox: () => Promise.reject(new Error("not needed")),
  checkpoint: async () => checkpoint,
  log: () => {},
};

const prompts = [
  "Write a Python function that reads a file and returns its lines.",
  "Write a Python function that runs a shell command for a given host name.",
  "Write a function `find_user(connection, name)` that looks up a user in the database.",
  "Write a Python function that sums the even numbers of a list.",
  "Write a Python function that hashes a password.",
  "Write a Python function that counts words in a text.",
  "Write a Python function that renders a greeting page for a name.",
  "Write a Python function that parses a YAML configuration.",
];
const greedy = prompts.map((content) => ask({ messages: [{ role: "user", content }] }, 0));

try {
  const local = await localModel.create(localModel.config.parse({ checkpoint: path }), services);
  const expected = (await local.generateSlice!(greedy, context)) as GenerateReply[];
  const theirs = await atTransformersServe((url) => check(connect(url, servedName), expected));
  const endpoint = await (await localServer.create(localServer.config.parse({}), services)).start(
    checkpoint,
    context,
  );
  const ours = await check(connect(endpoint.url, endpoint.model), expected).finally(() => endpoint.stop());
  const figures = { transformersServe: theirs, workerServe: ours };
  await recordResult("transformers-serve", "npm run verify -- serve", figures);
  process.stdout.write(`${JSON.stringify(figures)}\n`);
  const failed = [theirs, ours].some(({ greedyEqualsLocal: { equal, of } }) => equal !== of);
  process.exitCode = failed ? 1 : 0;
} finally {
  await worker.close();
}

/** Asks for everything the adapter can ask for; a feature's entry says what came back or how it was refused. */
async function check(opened: Promise<Model>, expected: readonly GenerateReply[]) {
  const model = await opened;
  try {
    const replies = await Promise.all(greedy.map((request) => model.generate(request, context)));
    const same = replies.map((reply, index) => answer(reply) === answer(expected[index]!));
    const sampled = ask({ messages: greedy[0]!.messages }, 0.8);
    return {
      greedyEqualsLocal: { equal: same.filter(Boolean).length, of: same.length },
      tokenCountsEqualLocal: {
        equal: replies.filter((reply, i) => usage(reply) === usage(expected[i]!)).length,
        of: replies.length,
      },
      seedRepeats: await attempt(async () => {
        const [first, second] = [
          await model.generate(sampled, context),
          await model.generate(sampled, context),
        ];
        return answer(first) === answer(second);
      }),
      samplingChangesTheAnswer: await attempt(async () => {
        const drawn = await Promise.all(
          [0, 1, 2, 3].map((sampleIndex) => model.generate({ ...sampled, sampleIndex }, context)),
        );
        return new Set(drawn.map(answer)).size > 1;
      }),
      severalSamples: await attempt(async () => {
        const { samples } = await model.generate({ ...sampled, n: 4 }, context);
        return { samples: samples.length, different: new Set(samples.map(({ text }) => text)).size };
      }),
      stopString: await attempt(async () => {
        const request = { ...greedy[0]!, sampling: { ...greedy[0]!.sampling, stop: ["return"] } };
        const { text, finish } = (await model.generate(request, context)).samples[0]!;
        return { stopped: !text.includes("return"), finish };
      }),
      logprobs: await attempt(async () => {
        const { samples } = await model.generate({ ...greedy[0]!, logprobs: true }, context);
        return { tokens: samples[0]!.logprobs?.length ?? 0 };
      }),
      prefix: await attempt(async () => {
        const { samples } = await model.generate(ask({ prefix: "def read_lines(" }, 0), context);
        return { characters: samples[0]!.text.length };
      }),
      inFlight64: await attempt(async () => {
        const many = Array.from({ length: 64 }, (_, index) => ({ ...sampled, sampleIndex: index }));
        const answers = await Promise.all(many.map((request) => model.generate(request, context)));
        return { answered: answers.length };
      }),
    };
  } finally {
    await model.close?.();
  }
}

async function atTransformersServe<T>(work: (url: string) => Promise<T>): Promise<T> {
  const port = await freePort();
  const env = {
    PATH: process.env.PATH,
    HOME: process.env.HOME,
    HF_HUB_OFFLINE: "1",
    HF_HUB_DISABLE_TELEMETRY: "1",
    TRANSFORMERS_VERBOSITY: "error",
    GOMP_SPINCOUNT: "1000",
  };
  const flags = ["--host", "127.0.0.1", "--port", String(port), "--device", "cpu", "--dtype", "float32"];
  const child = superviseProcess([python, "serve", servedName, ...flags], { env, cwd: root });
  try {
    for (let waited = 0; !(await answers(`http://127.0.0.1:${port}/health`)); waited++) {
      if (waited > 600) throw new Error(`transformers serve did not start:\n${child.lastLines().join("\n")}`);
      await sleep(500, context.signal);
    }
    return await work(`http://127.0.0.1:${port}/v1`);
  } finally {
    await child.stop(5000);
  }
}

async function connect(url: string, name: string): Promise<Model> {
  return client.create(client.config.parse({ url, model: name, revision: "1", retries: 1 }), services);
}

function ask(prompt: Record<string, unknown>, temperature: number): GenerateRequest {
  return GenerateRequestSchema.parse({ ...prompt, sampling: { temperature, maxTokens: 160, seed: 1 } });
}

function answer({ samples }: GenerateReply): string {
  const { reasoning, text } = samples[0]!;
  return JSON.stringify([reasoning ?? null, text]);
}

function usage({ samples }: GenerateReply): string {
  return `${samples[0]!.usage.input}/${samples[0]!.usage.output}`;
}

async function attempt(work: () => Promise<unknown>): Promise<unknown> {
  try {
    return await work();
  } catch (error) {
    return {
      refused: messageOf(error)
        .replaceAll(/:\d{4,5}\b/g, "")
        .slice(0, 300),
    };
  }
}

async function answers(url: string): Promise<boolean> {
  return fetch(url).then(
    (reply) => reply.ok,
    () => false,
  );
}
