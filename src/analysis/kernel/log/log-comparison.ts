/**
 * A log that was saved as text against the one in memory. Lines are matched by their time since boot and their text: of one boot they are the
 * same to the microsecond, of another boot hardly any is. Programs break, indent and escape text each in their own way; that counts for nothing.
 */
import { defined } from '../../../shared/defined.ts';
import { stepTurns, type Steps } from '../../jobs/steps.ts';
import type { LogRecord } from './log-record.ts';

interface Sides {
  readonly file: number;
  readonly memory: number;
}

export interface ChangedLine {
  /** Nanoseconds since boot. */
  readonly time: bigint;
  readonly file: string;
  readonly memory: string;
}

export interface LogComparison {
  /** same: lines are equal, and none contradicts · contradiction: some are · other-boot: hardly any is, where both have lines · apart: they have no time in common. */
  readonly outcome: 'same' | 'contradiction' | 'other-boot' | 'apart';
  /** Lines that both have. */
  readonly equal: number;
  /** Lines at a time of which the other has others. */
  readonly changed: Sides;
  readonly firstChanged?: ChangedLine;
  /** Lines of the file that memory does not have between its first and last line. */
  readonly foreign: number;
  /** Lines of one side from before the other begins, and from after it ends. */
  readonly earlier: Sides;
  readonly later: Sides;
  /** Lines of memory within the file that it leaves out, as programs with a filter do. */
  readonly leftOut: number;
  /** Lines that a cut record of one side may have held. */
  readonly cut: number;
}

/** Fewer lines of both in a stretch of time say nothing. */
const fewLines = 3;

const microsecond = 1000n;

/** Blanks and line ends are the printing program's; what is not ASCII some write as \xNN. */
function bareText(text: string): string {
  let bare = '';
  for (const character of text.replaceAll(/\s+/g, '')) {
    const code = character.codePointAt(0) ?? 0;
    if (code > 0x20 && code < 0x7f) bare += character;
    else for (const byte of Buffer.from(character)) bare += `\\x${byte.toString(16).padStart(2, '0')}`;
  }
  return bare;
}

interface Moment {
  readonly lines: string[];
  readonly shown: string;
  isCut: boolean;
}

/** The lines of each microsecond; records of two CPUs may come in any order. */
function* moments(records: readonly LogRecord[]): Steps<Map<bigint, Moment>> {
  const all = new Map<bigint, Moment>();
  for (const [index, { time, text, cut }] of records.entries()) {
    if (index % stepTurns === stepTurns - 1) yield;
    if (time === undefined) continue;
    const at = time / microsecond;
    const moment = all.get(at) ?? { lines: [], shown: text.split('\n', 1)[0] ?? '', isCut: false };
    for (const line of text.split('\n')) {
      const bare = bareText(line);
      if (bare !== '') moment.lines.push(bare);
    }
    if (cut === true) moment.isCut = true;
    all.set(at, moment);
  }
  return all;
}

/** Lines that the other does not have, each as often as it comes. */
function without(lines: readonly string[], others: readonly string[]): readonly string[] {
  const left = new Map<string, number>();
  for (const line of others) left.set(line, (left.get(line) ?? 0) + 1);
  return lines.filter((line) => {
    const count = left.get(line) ?? 0;
    if (count > 0) left.set(line, count - 1);
    return count === 0;
  });
}

/** First and last time; undefined for a log without any. */
function spanOf(all: ReadonlyMap<bigint, unknown>): { readonly first: bigint; readonly last: bigint } | undefined {
  let first: bigint | undefined;
  let last: bigint | undefined;
  for (const at of all.keys()) {
    if (first === undefined || at < first) first = at;
    if (last === undefined || at > last) last = at;
  }
  return first === undefined || last === undefined ? undefined : { first, last };
}

/** @param memoryLost whether records of the log in memory cannot be read: what the file has more of may have been among them */
export function* compareLogs(file: readonly LogRecord[], memory: readonly LogRecord[], memoryLost: boolean): Steps<LogComparison> {
  const theirs = yield* moments(file);
  const ours = yield* moments(memory);
  const [fileSpan, memorySpan] = [spanOf(theirs), spanOf(ours)];
  const none = { file: 0, memory: 0 };
  if (fileSpan === undefined || memorySpan === undefined)
    return { outcome: 'apart', equal: 0, changed: none, foreign: 0, earlier: none, later: none, leftOut: 0, cut: 0 };
  const changed = { file: 0, memory: 0 };
  const earlier = { file: 0, memory: 0 };
  const later = { file: 0, memory: 0 };
  const telling = { equal: 0, file: 0, memory: 0 };
  let [equal, foreign, leftOut, cut] = [0, 0, 0, 0];
  let firstChanged: ChangedLine | undefined;
  let turn = 0;
  for (const [at, moment] of theirs) {
    turn += 1;
    if (turn % stepTurns === 0) yield;
    const other = ours.get(at);
    const own = moment.lines.join('') !== other?.lines.join('') ? without(moment.lines, other?.lines ?? []) : [];
    const lacking = other === undefined || own.length === 0 ? [] : without(other.lines, moment.lines);
    const same = moment.lines.length - own.length;
    equal += same;
    // Before the clock runs, the lines of every boot are the same.
    if (at > 0n && at >= memorySpan.first && at <= memorySpan.last) {
      telling.equal += same;
      telling.file += moment.lines.length;
    }
    if (at < memorySpan.first || (at === memorySpan.first && lacking.length === 0)) earlier.file += own.length;
    else if (at > memorySpan.last) later.file += own.length;
    else if (own.length === 0) continue;
    else if (moment.isCut || other?.isCut === true) cut += own.length;
    else if (lacking.length > 0 && other !== undefined) {
      changed.file += own.length;
      changed.memory += lacking.length;
      if (firstChanged === undefined || at * microsecond < firstChanged.time)
        firstChanged = { time: at * microsecond, file: moment.shown, memory: other.shown };
    } else foreign += own.length;
  }
  for (const [at, moment] of ours) {
    turn += 1;
    if (turn % stepTurns === 0) yield;
    if (at > 0n && at >= fileSpan.first && at <= fileSpan.last) telling.memory += moment.lines.length;
    const other = theirs.get(at);
    const own = other === undefined ? moment.lines : moment.lines.join('') === other.lines.join('') ? [] : without(moment.lines, other.lines);
    if (at < fileSpan.first) earlier.memory += own.length;
    else if (at > fileSpan.last) later.memory += own.length;
    else if (other === undefined || without(other.lines, moment.lines).length === 0) leftOut += own.length;
  }
  // A log that was read whole and is silent where the file is not tells as much as one with other lines.
  const most = memoryLost ? Math.min(telling.file, telling.memory) : telling.file;
  const isOther = most >= fewLines && telling.equal * 10 < most;
  const isContradicted = changed.file > 0 || (foreign > 0 && !memoryLost);
  const outcome = isOther ? 'other-boot' : isContradicted ? 'contradiction' : telling.equal > 0 ? 'same' : 'apart';
  return { outcome, equal, changed, foreign, earlier, later, leftOut, cut, ...defined({ firstChanged }) };
}
