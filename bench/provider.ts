// Rate, memory and fault tolerance of the provider path against a local server with 50 ms latency.
//   npm run verify -- provider [ratio|memory|faults …] [--calls N] [--repetitions 5] [--in-flight 256]
// ratio: rate beside the same undici pool without anything around it, in turns (8,000 calls a turn);
// memory: peak resident memory (100,000 calls); faults: 20 % of requests meet one, no row may be lost or come twice (5,000).
// Figures go to docs/results/provider-PART.json and, one JSON line a part, to stdout.
import { parseArgs } from "node:util";
import { spawnOpenAiServer } from "../test/fixtures/openai-server/spawn.ts";
import { adapterClient, type BenchClient, engineClient, plainClient } from "./provider-path/clients.ts";
import { requestNumbers } from "./provider-path/requests.ts";
import { recordResult } from "./support/record-result.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    calls: { type: "string" },
    repetitions: { type: "string", default: "5" },
    "in-flight": { type: "string", default: "256" },
  },
});
const inFlight = Number(values["in-flight"]);
const parts = { ratio, memory, faults };
const asked = positionals.length > 0 ? positionals : Object.keys(parts);
for (const part of asked) {
  if (!(part in parts)) {
    process.stderr.write(`there is no part ${part}; there are: ${Object.keys(parts).join(", ")}\n`);
    process.exit(2);
  }
}
for (const part of asked) {
  const figures = { inFlight, latencyMs: 50, ...(await parts[part as keyof typeof parts]()) };
  const command = `npm run verify -- provider ${part} ${process.argv
    .slice(2)
    .filter((word) => word !== part)
    .join(" ")}`;
  process.stdout.write(`${JSON.stringify({ part, ...figures })}\n`);
  await recordResult(`provider-${part}`, command, figures);
}

/** Rates in the steady state: each client is warmed up, then all take turns. Ratios are taken within a turn. */
async function ratio(): Promise<object> {
  const calls = Number(values.calls ?? 8000);
  const server = await spawnOpenAiServer("--latency-ms", "50", "--characters", "900");
  const options = { url: server.url, inFlight };
  const clients = [plainClient(options), await adapterClient(options), await engineClient(options)];
  const rates = clients.map(() => [] as number[]);
  const cpu = clients.map(() => [] as number[]);
  try {
    for (const client of clients) await measure(client, `warm-up-${client.name}`, 4 * inFlight + 1000);
    for (let turn = 0; turn < Number(values.repetitions); turn++) {
      // Another order each turn, so that none always runs on the machine the other has warmed.
      for (const i of turn % 2 === 0 ? [0, 1, 2] : [2, 1, 0]) {
        const result = await measure(clients[i]!, `${turn}-${i}`, calls);
        rates[i]!.push(result.rate);
        cpu[i]!.push(result.cpuMsPerCall);
        process.stderr.write(
          `${clients[i]!.name}: ${result.rate.toFixed(0)}/s, ${result.cpuMsPerCall.toFixed(3)} ms CPU a call\n`,
        );
      }
    }
  } finally {
    for (const client of clients) await client.close();
    await server.stop();
  }
  const ratios = clients.map((_, i) => median(rates[i]!.map((rate, turn) => rate / rates[0]![turn]!)));
  return {
    calls,
    clients: clients.map((client, i) => ({
      name: client.name,
      ratePerSecond: Math.round(median(rates[i]!)),
      cpuMsPerCall: round(median(cpu[i]!)),
      ratio: round(ratios[i]!),
      ratioRange: [Math.min, Math.max].map((pick) =>
        round(pick(...rates[i]!.map((rate, turn) => rate / rates[0]![turn]!))),
      ),
    })),
  };
}

async function memory(): Promise<object> {
  const calls = Number(values.calls ?? 100_000);
  const server = await spawnOpenAiServer("--latency-ms", "50", "--characters", "900");
  const client = await engineClient({ url: server.url, inFlight });
  try {
    const result = await measure(client, "memory", calls);
    return {
      calls,
      ratePerSecond: Math.round(result.rate),
      // Linux counts in kilobytes.
      peakRssMb: Math.round(process.resourceUsage().maxRSS / 1024),
    };
  } finally {
    await client.close();
    await server.stop();
  }
}

async function faults(): Promise<object> {
  const calls = Number(values.calls ?? 5000);
  const flags = ["--latency-ms", "50", "--characters", "900", "--fault-rate", "0.2", "--seed", "11"];
  const server = await spawnOpenAiServer(...flags);
  const config = { timeoutMs: 2000, retryBaseMs: 100, retries: 10 };
  const client = await engineClient({ url: server.url, inFlight, config });
  const rows = new Map<string, number>();
  try {
    const startedAt = performance.now();
    await client.run(requestNumbers("faults", calls), (number) => {
      rows.set(number, (rows.get(number) ?? 0) + 1);
    });
    const stats = await server.stats();
    return {
      calls,
      seconds: round((performance.now() - startedAt) / 1000),
      rowsLost: calls - rows.size,
      rowsTwice: [...rows.values()].filter((count) => count > 1).length,
      answeredAgain: stats.answeredAgain,
      requests: stats.requests,
      faults: stats.faults,
    };
  } finally {
    await client.close();
    await server.stop();
  }
}

async function measure(client: BenchClient, prefix: string, calls: number) {
  let answers = 0;
  const cpuBefore = process.cpuUsage();
  const startedAt = performance.now();
  await client.run(requestNumbers(prefix, calls), () => {
    answers++;
  });
  const seconds = (performance.now() - startedAt) / 1000;
  const { user, system } = process.cpuUsage(cpuBefore);
  if (answers !== calls) throw new Error(`${client.name}: ${answers} answers to ${calls} calls`);
  return { rate: calls / seconds, cpuMsPerCall: (user + system) / 1000 / calls };
}

function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

function round(number: number): number {
  return Math.round(number * 1000) / 1000;
}
