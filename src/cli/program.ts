/** The command line as a process: its arguments, streams and signals for runCli. */
import { givenArguments } from '../files/argument-bytes.ts';
import { isTerminal, writeStandardError, writeStandardOutput } from '../files/standard-streams.ts';
import { exitCodes, type CliIo } from './io.ts';
import { whenLauncherIsGone } from './launcher.ts';
import { runCli } from './run.ts';
import { boundYoungGeneration } from './young-generation.ts';

const ending = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** How the command ends if its reader goes away: a known verdict does not depend on who reads it. */
let codeForNobody: number = exitCodes.fine;

/** A reader that went away has seen enough: the command ends there, quietly. */
function writeOut(bytes: Uint8Array): void {
  if (!writeStandardOutput(bytes)) process.exit(codeForNobody);
}

/** Runs the command that the process was started with; its exit code becomes that of the process. */
export async function main(): Promise<void> {
  boundYoungGeneration();
  const interrupted = new AbortController();
  // Closing the terminal or stopping the service ends a command as Ctrl+C does: unfinished outputs are removed.
  for (const signal of ending) {
    process.on(signal, () => {
      // The second time it ends at once.
      if (interrupted.signal.aborted) process.exit(exitCodes.interrupted);
      interrupted.abort();
    });
  }
  whenLauncherIsGone(() => {
    interrupted.abort();
  });
  const errIsTerminal = isTerminal('stderr');
  const io: CliIo = {
    out: (text) => {
      writeOut(Buffer.from(text));
    },
    outBytes: writeOut,
    err: (text) => {
      writeStandardError(Buffer.from(text));
    },
    isTerminal: process.env.NO_COLOR === undefined && isTerminal('stdout'),
    errIsTerminal,
    columns: errIsTerminal ? process.stderr.columns : 80,
    signal: interrupted.signal,
    decided: (exitCode) => {
      codeForNobody = exitCode;
    },
    endAtOnce: () => {
      for (const signal of ending) process.removeAllListeners(signal);
    },
  };
  process.exitCode = await runCli(givenArguments(process.argv.slice(2)), io);
}
