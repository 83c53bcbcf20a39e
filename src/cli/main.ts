/** Entry point of the command line: connects the process to runCli. */
import { enableCompileCache } from 'node:module';
import { givenArguments } from '../files/argument-bytes.ts';
import { codeFolder } from '../files/cache-folder.ts';
import { writeStandardError, writeStandardOutput } from '../files/standard-streams.ts';
import { exitCodes, type CliIo } from './io.ts';
import { boundYoungGeneration } from './young-generation.ts';

boundYoungGeneration();

// Compiled modules of the run before: most of the start of a process is compiling. Where it cannot be kept, it isn't.
const code = codeFolder();
if (code !== undefined) enableCompileCache(code);
// Without `await` at the top level: the bundle is one that Node loads without its loader of ES modules.
const running = import('./run.ts');

const interrupted = new AbortController();
// A closed terminal and a service that is stopped end a command as Ctrl+C does: what it has begun to write is removed.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    // The second time it ends at once.
    if (interrupted.signal.aborted) process.exit(exitCodes.interrupted);
    interrupted.abort();
  });
}

/** A reader that went away has seen enough: the command ends there, quietly. */
function writeOut(bytes: Uint8Array): void {
  if (!writeStandardOutput(bytes)) process.exit(exitCodes.fine);
}

const io: CliIo = {
  out: (text) => {
    writeOut(Buffer.from(text));
  },
  outBytes: writeOut,
  err: (text) => {
    writeStandardError(Buffer.from(text));
  },
  isTerminal: process.stdout.isTTY && process.env.NO_COLOR === undefined,
  errIsTerminal: process.stderr.isTTY,
  columns: process.stderr.isTTY ? process.stderr.columns : 80,
  signal: interrupted.signal,
};

void running.then(async ({ runCli }) => {
  process.exitCode = await runCli(givenArguments(process.argv.slice(2)), io);
});
