/**
 * What the tools that saved a dump said of it: makedumpfile's output (print_report() and the messages of makedumpfile.c, 1.7.7), and the log of
 * kdump's own scripts (kdump.sh and kexec-dmesg.log of kexec-tools and kdump-utils).
 */
import { linesOf } from '../../layout/text-lines.ts';
import { logText } from '../log/log-record.ts';
import { defined } from '../../../shared/defined.ts';
import { failed, type Result } from '../../../shared/result.ts';

export interface DumpLog {
  /** Without its folder. */
  readonly name: string;
  /** How the saving ended, by the last line that says so. */
  readonly end?: { readonly saved: boolean; readonly line: string };
  /** Why it failed, where a line before it says so. */
  readonly why?: string;
  /** makedumpfile -d, where its command is in the log. */
  readonly level?: number;
  /** Pages that were written, by the report of makedumpfile. */
  readonly remaining?: number;
  readonly excluded?: number;
  /** Per cent of the last progress of the copying. */
  readonly copied?: number;
  /** Runs of which the log holds more than one: the last one counts. */
  readonly runs: number;
}

const saved = [/^The dumpfiles? (?:is|are) saved to /, /^makedumpfile Completed\./, /saving vmcore complete\b/];
const failures = [/^makedumpfile Failed\./, /saving vmcore failed\b/, /^The dumpfile is saved to .* \(incomplete\)/];
const reasons = [/No space left on device/, /^Can't write the dump file/, /^write_buffer: /, /^Not enough memory/, /Input\/output error/];
const begins = /^(?:Checking for memory holes *: \[ *0\.0 %\]|kdump(?:\[\d+\])?: saving to|.*\bsaving vmcore$)/;
const number = /^\s*(Remaining pages|Excluded pages) *: 0x0*([0-9a-f]{1,13})\b/;
const copying = /^Copying data *: \[ *(\d{1,3}\.\d) %\]/;
const command = /\bmakedumpfile\b(?:\s+-{1,2}[a-zA-Z][\w-]*(?:[ =]\d+)?)*?\s+-d\s*(\d{1,3})\b/;
/** Time and program that a journal or a kernel log puts before the line. */
const head = /^(?:\[ *\d+\.\d+\] |[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \S+ )?(?:[\w./-]+(?:\[\d+\])?: )?/;
// eslint-disable-next-line no-control-regex -- what colours a terminal
const escape = /\u001b\[[0-9;]*[A-Za-z]/g;

const says = (patterns: readonly RegExp[], line: string): boolean => patterns.some((pattern) => pattern.test(line));

/** A log of the saving, determined from its beginning or any part of it. */
export const isDumpLog = (text: string): boolean =>
  /^(?:The dumpfiles? (?:is|are) saved to |makedumpfile (?:Completed|Failed)\.|Excluding unnecessary pages *: \[|Copying data *: \[|Original pages *: 0x)/m.test(
    text.replaceAll('\r', '\n'),
  ) || /\bkdump(?:\[\d+\])?: saving (?:to|vmcore)\b/.test(text);

const longestQuote = 200;

/** What has been read so far. */
interface Reading {
  log: Omit<DumpLog, 'runs'>;
  runs: number;
  isKnown: boolean;
}

/** @returns what is wrong with it where nothing in it is of a dump that is saved */
export function readDumpLog(pieces: Iterable<Buffer>, name: string): Result<DumpLog> {
  const reading: Reading = { log: { name }, runs: 0, isKnown: false };
  const take = (raw: string): void => {
    const line = raw.replace(head, '');
    const both = (patterns: readonly RegExp[]): boolean => says(patterns, line) || says(patterns, raw);
    if ((begins.test(line) || begins.test(raw)) && (reading.log.end !== undefined || reading.runs === 0)) {
      reading.runs += 1;
      if (reading.log.end !== undefined) reading.log = { name, ...defined({ level: reading.log.level }) };
    }
    const level = command.exec(raw)?.[1];
    if (level !== undefined) reading.log = { ...reading.log, level: Number(level) };
    const [, what, value] = number.exec(line) ?? [];
    if (value !== undefined) reading.log = { ...reading.log, [what === 'Remaining pages' ? 'remaining' : 'excluded']: Number(`0x${value}`) };
    const percent = copying.exec(line)?.[1];
    if (percent !== undefined) reading.log = { ...reading.log, copied: Number(percent) };
    if (both(reasons)) reading.log = { ...reading.log, why: line.slice(0, longestQuote) };
    const isFailure = both(failures);
    if (isFailure || both(saved)) reading.log = { ...reading.log, end: { saved: !isFailure, line: line.slice(0, longestQuote) } };
    reading.isKnown ||= value !== undefined || percent !== undefined || reading.log.end !== undefined || begins.test(raw);
  };
  for (const { bytes } of linesOf(pieces))
    // Progress is written over itself.
    for (const part of logText(bytes).replaceAll('\0', '').replaceAll(escape, '').split('\r')) if (part !== '') take(part);
  return reading.isKnown
    ? { value: { ...reading.log, runs: Math.max(1, reading.runs) } }
    : failed('the log of a dump tool', 'none of its lines is about saving a dump');
}
