#!/usr/bin/env node
import { packageVersion } from "../app/package-root.ts";
import { dispatch } from "./dispatch.ts";
import { exitCodeOf } from "./exit-code.ts";
import { endWithLauncher } from "./interrupt.ts";
import { printError } from "./output.ts";
import { rootCommand } from "./root-command.ts";

// The reader of a pipe may leave early (`| head`): that is no error of ours.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(0);
  throw error;
});
process.on("uncaughtException", (error) => {
  printError(error, { json: false });
  process.exit(exitCodeOf(error));
});
endWithLauncher();
const exitCode = await dispatch(rootCommand(packageVersion()), process.argv.slice(2));
// Sockets and processes that something forgot must not keep the terminal; what is written goes out first.
process.stdout.write("", () => process.stderr.write("", () => process.exit(exitCode)));
