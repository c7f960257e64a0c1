import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import type { Services } from "../../src/core/adapter.ts";
import { sandbox as docker } from "../../src/sandboxes/docker/index.ts";
import { sandboxContract } from "./sandbox.ts";

// The daemon is simulated (sandbox-docker-cli.sh): what is shown here is the adapter's half of the conversation.
const state = mkdtempSync(join(tmpdir(), "sectune-docker-"));
const command = join(state, "docker");
writeFileSync(
  command,
  `#!/bin/sh\nSECTUNE_DOCKER_STATE='${state}' exec '${join(import.meta.dirname, "sandbox-docker-cli.sh")}' "$@"\n`,
);
chmodSync(command, 0o755);
const services = {} as Services;
const create = async () => docker.create(docker.config.parse({ command }), services);
afterAll(() => rmSync(state, { recursive: true, force: true }));

sandboxContract("docker", create, { limits: false, isolated: false });

it("closes each container as far as docker can", async () => {
  const sandbox = await create();
  await using network = await sandbox.network();
  await using session = await sandbox.open({
    network,
    readOnly: ["/usr/share"],
    limits: { memoryBytes: 1000 },
  });
  await session.exec({ argv: ["/bin/true"], limits: { processes: 5 } });
  const made = calls().filter(([name]) => name === "create" || name === "run");
  expect(made.length).toBeGreaterThan(2);
  for (const call of made) {
    for (const flag of [
      "--read-only",
      "--cap-drop ALL",
      "--security-opt no-new-privileges",
      "--user 65534:65534",
    ]) {
      expect(` ${call.join(" ")} `).toContain(` ${flag} `);
    }
    const joined = call[call.indexOf("--network") + 1] ?? "";
    expect(joined === "none" || joined.startsWith("container:sectune-")).toBe(true);
    expect(call.join(" ")).not.toMatch(/--privileged|docker\.sock|--cap-add|--pid |--volume |--device/);
  }
  const last = made.at(-1)?.join(" ") ?? "";
  expect(last).toContain(`--network container:${network.id}`);
  expect(last).toContain("--memory 1000 --memory-swap 1000 --pids-limit 6");
  expect(last).toContain("--mount type=bind,source=/usr/share,target=/usr/share,readonly");
});

it("leaves no container and no volume behind", () => {
  expect(readdirSync(state).filter((name) => name.startsWith("sectune-"))).toEqual([]);
});

it("tells a daemon that refuses as a failed sandbox, with what it said", async () => {
  const refusing = join(state, "refusing");
  writeFileSync(refusing, "#!/bin/sh\necho 'permission denied' >&2\nexit 1\n");
  chmodSync(refusing, 0o755);
  const sandbox = await docker.create(docker.config.parse({ command: refusing }), services);
  await using session = await sandbox.open();
  await expect(session.exec({ argv: ["/bin/true"] })).rejects.toMatchObject({
    code: "sandbox-failed",
    message: expect.stringContaining("permission denied"),
  });
  const found = await docker.probe?.(docker.config.parse({ command: refusing }), services);
  expect(found).toMatchObject({ available: false, hint: expect.stringContaining("daemon") });
});

/** Arguments of every call, as words; of bash's quoting, only that of commas is undone. */
function calls(): string[][] {
  const lines = readFileSync(join(state, "calls"), "utf8").trim().split("\n");
  return lines.map((line) => line.trim().replaceAll("\\,", ",").split(" "));
}
