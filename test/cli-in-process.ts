/** A command of the command line without a process: what it prints and its exit code. */
import { runCli } from '../src/cli/run.ts';

export interface CliRun {
  readonly code: number;
  readonly out: string;
  readonly bytes: Uint8Array;
  readonly err: string;
}

export interface RunOptions {
  readonly isTerminal?: boolean;
  readonly errIsTerminal?: boolean;
  readonly signal?: AbortSignal;
}

export async function runInProcess(argv: readonly string[], options: RunOptions = {}): Promise<CliRun> {
  const out: Buffer[] = [];
  let err = '';
  const code = await runCli(argv, {
    out: (text) => out.push(Buffer.from(text)),
    outBytes: (bytes) => out.push(Buffer.from(bytes)),
    err: (text) => {
      err += text;
    },
    isTerminal: options.isTerminal ?? false,
    errIsTerminal: options.errIsTerminal ?? false,
    columns: 80,
    signal: options.signal ?? new AbortController().signal,
  });
  const bytes = Buffer.concat(out);
  return { code, out: bytes.toString(), bytes, err };
}
