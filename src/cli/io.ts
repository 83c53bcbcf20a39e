/** The outside world of a command, as an interface so that tests can run commands without a process. */
import { visibleLine } from '../shared/visible-text.ts';
import { jsonPieces } from './json-text.ts';

export interface CliIo {
  readonly out: (text: string) => void;
  readonly outBytes: (bytes: Uint8Array) => void;
  readonly err: (text: string) => void;
  readonly isTerminal: boolean;
  readonly errIsTerminal: boolean;
  readonly columns: number;
  readonly signal: AbortSignal;
  /** Sets the exit code before the answer is written, in case the reader goes away in the middle of it. */
  readonly decided?: (exitCode: number) => void;
  /** From now on Ctrl+C ends the process at once: for work that cannot be cancelled, and leaves nothing half done. */
  readonly endAtOnce?: () => void;
}

export interface OutputOptions {
  readonly json: boolean;
  readonly quiet: boolean;
  readonly color: boolean;
}

/** Wrong usage: exit code 2. */
export class UsageError extends Error {
  override name = 'UsageError';
}

export const exitCodes = { fine: 0, difference: 1, usage: 2, dump: 3, internal: 4, interrupted: 130 } as const;

/** One line for people on standard error: whatever a name in it contains, it stays one. */
export function sayLine(io: CliIo, text: string): void {
  io.err(`${visibleLine(text)}\n`);
}

/** Characters. */
export const writtenAtOnce = 1 << 16;

export function printJson(io: CliIo, value: unknown): void {
  let text = '';
  for (const piece of jsonPieces(value)) {
    text += piece;
    if (text.length < writtenAtOnce) continue;
    io.out(text);
    text = '';
  }
  io.out(`${text}\n`);
}

/** The same, unless --quiet. */
export function say(io: CliIo, options: OutputOptions, text: string): void {
  if (!options.quiet) sayLine(io, text);
}
