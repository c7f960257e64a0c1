#!/usr/bin/env node
import { packageVersion } from "../app/package-root.ts";
import { survivePipeEnd } from "./broken-pipe.ts";
import { dispatch } from "./dispatch.ts";
import { exitCodeOf } from "./exit-code.ts";
import { endWithLauncher } from "./interrupt.ts";
import { printError } from "./output.ts";
import { rootCommand } from "./root-command.ts";

for (const stream of [process.stdout, process.stderr]) survivePipeEnd(stream);
process.on("uncaughtException", (error) => {
  printError(error, { json: false });
  process.exit(exitCodeOf(error));
});
endWithLauncher();
const exitCode = await dispatch(rootCommand(packageVersion()), process.argv.slice(2));
// Sockets and processes that something forgot must not keep the terminal; what is written goes out first.
process.stdout.write("", () => process.stderr.write("", () => process.exit(exitCode)));
