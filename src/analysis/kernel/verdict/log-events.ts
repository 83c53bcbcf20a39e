/** Troubles that a kernel log reports, each with what its report says: the address that failed, the functions of its call trace. */
import { isKernels, markOf, type LogMark } from '../log/log-marks.ts';
import { logName, type LogOfFile } from '../log/log-record.ts';
import { defined } from '../../../shared/defined.ts';
import { functionName, panics } from '../stacks/crash-path.ts';
import type { NamedFrame } from './meaningful-frames.ts';

export interface LogEvent {
  readonly mark: LogMark;
  /** Its first line. */
  readonly text: string;
  /** Nanoseconds since boot. */
  readonly time: bigint | undefined;
  /** Nanoseconds for which the log continues after it. */
  readonly after?: bigint;
  /** The lines that follow it, up to the next event of another time. */
  readonly lines: readonly string[];
  /** Functions of its first call trace, innermost first; the place of the registers before them where it names one. */
  readonly frames: readonly NamedFrame[];
  /** It is of a log from a file, and not of memory's. */
  readonly file?: LogOfFile;
}

/** Lines that are looked at for one report. */
const mostLines = 120;
/** Events that are kept: the last ones. */
const mostEvents = 256;
/** Lines that are looked through: the last ones, some ten MiB of a log. */
const mostRecords = 200_000;
const pauseBetween = 2_000_000_000n;

/** "func+0x1a/0x20 [module]" in a line of a call trace; "?" marks what may be from an earlier call, parentheses what was only on the stack. */
const traced = /^\s*(?:(?:\[<[0-9a-f]+>\]|\[[0-9a-f]{16}\])\s*)*([\w.$]+\+0x[0-9a-f]+)\/0x[0-9a-f]+/;
/** An address of a call trace that no symbol is known for. */
const nameless = /^\s*(?:0x)?[0-9a-f]+(?: \([PL]+\))?$/;
const place = /(?:Krnl PSW\s*: [0-9a-f]+ [0-9a-f]+ \(|RIP: [0-9a-f]+:|^pc : |PC is at |^NIP \[[0-9a-f]+\] )([\w.$]+\+0x[0-9a-f]+)\//;
const begins = /^Call [Tt]race:/;
/** report_bug() of lib/bug.c, where no file and line are kept: it names the instruction that failed. */
const bugAt = /^[kK]ernel BUG at ([\w.$]+\+0x[0-9a-f]+)\//;

function framesIn(lines: readonly string[]): readonly NamedFrame[] {
  const at = lines.findIndex((line) => begins.test(line));
  const before = lines.slice(0, at === -1 ? undefined : at);
  // The PSW of a BUG() at the end of a function is in the next one, and the trace begins with it.
  const psw = before.flatMap((line) => place.exec(line)?.[1] ?? [])[0];
  const first = before.flatMap((line) => bugAt.exec(line)?.[1] ?? [])[0] ?? psw;
  const frames: NamedFrame[] = first === undefined ? [] : [{ kind: 'running', symbol: first }];
  if (at === -1) return frames;
  for (const line of lines.slice(at + 1)) {
    const symbol = traced.exec(line)?.[1];
    if (nameless.test(line)) {
      // The first is the place itself, which the registers have said.
      if (frames.length > 0) frames.push({ kind: 'return' });
    } else if (symbol !== undefined) {
      if (symbol !== first && symbol !== psw) frames.push({ kind: 'return', symbol });
    } else if (/^\s*<?\/?(?:TASK|IRQ|NMI|SOFTIRQ|#DF|ENTRY_TRAMPOLINE)>?/.test(line) || /^\s*(?:\[<[0-9a-f]+>\]|\(\[<|\?)/.test(line)) continue;
    else break;
  }
  return frames;
}

/** panic() prints its own stack, from the function on that prints it (kernel/panic.c). */
const callersOfPanic = (frames: readonly NamedFrame[]): readonly NamedFrame[] =>
  frames.slice(frames.findLastIndex(({ symbol }) => panics.has(functionName(symbol))) + 1);

export interface LoggedLine {
  readonly text: string;
  readonly time?: bigint;
  /** 0 kernel; lines of others are not reports. */
  readonly facility?: number;
}

/**
 * @param all oldest first
 * @param file that they are from, where it is not memory
 */
export function logEvents(all: readonly LoggedLine[], file?: LogOfFile): readonly LogEvent[] {
  const records = all.slice(-mostRecords).filter(isKernels);
  const end = all.findLast(({ time }) => time !== undefined)?.time;
  const starts = records.flatMap(({ text }, at) => {
    const mark = markOf(text);
    return mark === undefined ? [] : [{ at, mark }];
  });
  return starts.slice(-mostEvents).map(({ at, mark }): LogEvent => {
    const { text = '', time } = records[at] ?? {};
    const lines: string[] = [];
    for (const record of records.slice(at + 1, at + mostLines)) {
      if (time !== undefined && record.time !== undefined && record.time - time > pauseBetween) break;
      // The report of another task or CPU; die() and its announcement are one.
      const next = markOf(record.text);
      if (next !== undefined && (next === mark || next === 'panic' || next === 'request') && lines.length > 0 && !isAnnouncement(text, record.text)) break;
      for (const line of record.text.split('\n')) lines.push(line);
    }
    const [first = '', ...rest] = text.split('\n');
    const report = [...rest, ...lines];
    const after = end === undefined || time === undefined || end < time ? undefined : end - time;
    const frames = framesIn([first, ...report]);
    return { mark, text: first, lines: report, frames: mark === 'panic' ? callersOfPanic(frames) : frames, time, ...defined({ after, file }) };
  });
}

/** An oops is announced by a line of its own before the line with its code. */
const isAnnouncement = (first: string, next: string): boolean =>
  /^(?:Unable to handle|BUG: |Low-address|(?:traps: )?PANIC: |Insufficient stack)/.test(first) && !/^(?:Unable to handle|BUG: |Low-address)/.test(next);

/** A log that continues for longer than this after a line did not end in it. */
const goesOn = 5_000_000_000n;

/** "kernel log, 14.655323 s: text", and how long the log continues after it. */
export function quoted({ text, time, after, file }: Pick<LogEvent, 'text' | 'time' | 'after' | 'file'>): string {
  const seconds = time === undefined ? '' : `, ${time / 1_000_000_000n}.${String((time / 1000n) % 1_000_000n).padStart(6, '0')} s`;
  const age = after === undefined || after <= goesOn ? '' : ` (the log continues for ${after / 1_000_000_000n} s after it)`;
  return `${logName(file)}${seconds}: ${text.trimEnd()}${age}`;
}
