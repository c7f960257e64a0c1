/**
 * The reader of a pipe may leave early (`| head`): that is no error of ours, and no end of the work. What is written from then on goes
 * nowhere, and the command ends with the exit code that it would have had: a scan that found something is not clean because nobody
 * read on.
 */
export function survivePipeEnd(stream: NodeJS.WriteStream): void {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
    stream.write = discard;
    // Whoever waits for room would wait for ever.
    stream.emit("drain");
  });
}

type Done = (error?: Error | null) => void;

function discard(_chunk: unknown, encoding?: BufferEncoding | Done, done?: Done): boolean {
  const callback = typeof encoding === "function" ? encoding : done;
  if (callback !== undefined) process.nextTick(callback);
  return true;
}
