/** Entry point of the command line: connects the process to runCli. */
import { writeSync } from 'node:fs';
import { enableCompileCache } from 'node:module';
import { codeFolder } from '../files/cache-folder.ts';
import { exitCodes, type CliIo } from './io.ts';

// Compiled modules of the run before: most of the start of a process is compiling. Where it cannot be kept, it isn't.
const code = codeFolder();
if (code !== undefined) enableCompileCache(code);
const { runCli } = await import('./run.ts');

const interrupted = new AbortController();
// A closed terminal and a service that is stopped end a command as Ctrl+C does: what it has begun to write is removed.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    // The second time it ends at once.
    if (interrupted.signal.aborted) process.exit(exitCodes.interrupted);
    interrupted.abort();
  });
}

/** Writes all of it, also to a pipe whose reader is slow; a reader that went away ends the command quietly. */
function writeAll(descriptor: number, data: Uint8Array): void {
  let done = 0;
  while (done < data.length) {
    try {
      done += writeSync(descriptor, data, done);
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : undefined;
      if (code === 'EAGAIN') continue;
      if (code === 'EPIPE') process.exit(exitCodes.fine);
      throw error;
    }
  }
}

const io: CliIo = {
  out: (text) => {
    writeAll(1, Buffer.from(text));
  },
  outBytes: (bytes) => {
    writeAll(1, bytes);
  },
  err: (text) => {
    writeAll(2, Buffer.from(text));
  },
  isTerminal: process.stdout.isTTY && process.env.NO_COLOR === undefined,
  errIsTerminal: process.stderr.isTTY,
  columns: process.stderr.isTTY ? process.stderr.columns : 80,
  signal: interrupted.signal,
};

process.exitCode = await runCli(process.argv.slice(2), io);
