/**
 * A kernel log that was saved as text: vmcore-dmesg.txt of kexec-tools, `makedumpfile --dump-dmesg`, crash's `log`, dmesg(1) with any of its
 * options, `journalctl -k`. A record is "[    1.234567] text"; further lines of its text follow indented, without a time of their own.
 */
import { linesOf } from '../../layout/text-lines.ts';
import { defined } from '../../../shared/defined.ts';
import { failed, type Failure, type Result } from '../../../shared/result.ts';
import { logText, maxLogText, maxRecords, timeSinceBoot, type LogRecord } from './log-record.ts';

export interface LogFile {
  /** Without its folder. */
  readonly name: string;
  readonly records: readonly LogRecord[];
  /** Records that have a time since boot. */
  readonly timed: number;
  /** Lines with bytes that are not text, or too long to be one: what they hold is in doubt. */
  readonly damaged: number;
  /** That the file is longer than what is read of it. */
  readonly cutWhy?: string;
}

/** "<6>": facility and level, as dmesg --raw and the console have them. */
const rawLevel = /^<(\d{1,4})>/;
/** "kern  :warn  : ", as dmesg --decode has them. */
const decoded = /^([a-z0-9]{2,8}) *:([a-z]{3,6}) *: /;
const stamp = /^\[ *(\d{1,10})\.(\d{6})\](?:\[ *([TC])(\d{1,10})\])? ?/;
const caller = /^\[ *([TC])(\d{1,10})\] /;
/** "[Sat Nov  1 10:00:00 2025] " of dmesg -T, "2025-11-01T10:00:00,123456+00:00 " of --time-format iso. */
const wallStamp = /^(?:\[[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \d{4}\] |\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\S* )/;
/** "Nov 01 10:00:00 host kernel: " of journalctl, with what else it puts before it. */
const journal = /^(?:[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d |\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\S* )?\S{1,255} kernel: /;

const levels = ['emerg', 'alert', 'crit', 'err', 'warn', 'notice', 'info', 'debug'];
const facilities = ['kern', 'user', 'mail', 'daemon', 'auth', 'syslog', 'lpr', 'news', 'uucp', 'cron'];
const cpuBit = 0x8000_0000;
const longestText = 1 << 16;

interface Rest {
  readonly head: Omit<LogRecord, 'text'>;
  readonly text: string;
  /** It begins a record; what has no head at all continues the one before. */
  readonly begins: boolean;
}

function levelled(line: string): Rest {
  const raw = rawLevel.exec(line);
  if (raw !== null) {
    const value = Number(raw[1]);
    return { head: { level: value & 7, facility: value >> 3 }, text: line.slice(raw[0].length), begins: true };
  }
  const [all, facility = '', level = ''] = decoded.exec(line) ?? [];
  if (all === undefined || !levels.includes(level) || !facilities.includes(facility)) return { head: {}, text: line, begins: false };
  return { head: { level: levels.indexOf(level), facility: facilities.indexOf(facility) }, text: line.slice(all.length), begins: true };
}

const callerOf = (kind: string, number: string): number => (kind === 'C' ? Number(number) + cpuBit : Number(number));

function parseLine(line: string): Rest {
  const { head, text, begins } = levelled(line);
  const [all, seconds = '0', fraction = '0', kind, number = '0'] = stamp.exec(text) ?? [];
  if (all !== undefined) {
    const time = timeSinceBoot(BigInt(seconds) * 1_000_000_000n + BigInt(fraction) * 1000n);
    let rest = text.slice(all.length);
    // journalctl -o short-monotonic: the host and the program come after the time.
    const named = journal.exec(rest);
    if (named !== null) rest = rest.slice(named[0].length);
    const own = kind === undefined ? caller.exec(rest) : null;
    if (own !== null) rest = rest.slice(own[0].length);
    const by = kind ?? own?.[1];
    return { head: { ...head, ...defined({ time, caller: by === undefined ? undefined : callerOf(by, own?.[2] ?? number) }) }, text: rest, begins: true };
  }
  const dated = wallStamp.exec(text) ?? undefined;
  const named = journal.exec(text)?.[0] ?? dated?.[0];
  return named === undefined ? { head, text, begins } : { head, text: text.slice(named.length), begins: true };
}

/** Two thirds of the bytes at even or odd places are NUL in texts of UTF-16, whatever they begin with. */
export function isWideText(head: Uint8Array): boolean {
  if ((head[0] === 0xff && head[1] === 0xfe) || (head[0] === 0xfe && head[1] === 0xff)) return true;
  const sample = head.subarray(0, 512);
  for (const first of [0, 1]) {
    let zeros = 0;
    for (let at = first; at < sample.length; at += 2) if (sample[at] === 0) zeros += 1;
    if (sample.length >= 16 && zeros * 3 > sample.length && !sample.every((byte) => byte === 0)) return true;
  }
  return false;
}

const byteOrderMark = [0xef, 0xbb, 0xbf];

/**
 * @param pieces of the file, from its beginning
 * @returns what is wrong with it where no line of it is of a kernel log
 */
export function readLogFile(pieces: Iterable<Buffer>, name: string): Result<LogFile> {
  const not = (why: string): Failure => failed('the kernel log', why);
  const records: LogRecord[] = [];
  let damaged = 0;
  let characters = 0;
  let number = 0;
  let hasHead = 0;
  let cutWhy: string | undefined;
  for (const { bytes } of linesOf(pieces)) {
    number += 1;
    if (number === 1 && isWideText(bytes)) return not('it is UTF-16 text, which no kernel log is');
    const start = number === 1 && byteOrderMark.every((byte, at) => bytes[at] === byte) ? 3 : 0;
    const raw = logText(bytes.subarray(start)).replace(/\r+$/, '');
    const text = raw.replaceAll('\0', '');
    const isDamaged = text !== raw || bytes.length >= longestText;
    if (isDamaged) damaged += 1;
    characters += text.length;
    if (records.length >= maxRecords || characters > maxLogText) {
      cutWhy = `only its first ${number - 1} lines are read`;
      break;
    }
    // What a file system leaves at the end of a file after a crash.
    if (text === '' && isDamaged) continue;
    const line = parseLine(text);
    const last = records.at(-1);
    if (line.begins) {
      hasHead += 1;
      records.push({ ...line.head, text: line.text.trimEnd(), ...(isDamaged ? { cut: true } : {}) });
    } else if (last !== undefined && hasHead > 0 && last.text.length < longestText) {
      records[records.length - 1] = { ...last, text: `${last.text}\n${text.trim()}`, ...(isDamaged ? { cut: true } : {}) };
    } else if (text.trim() !== '') records.push({ text: text.trimEnd(), ...(isDamaged ? { cut: true } : {}) });
  }
  if (hasHead === 0) return number === 0 ? not('it is empty') : not('none of its lines begins as those of a kernel log do');
  return { value: { name, records, timed: records.filter(({ time }) => time !== undefined).length, damaged, ...defined({ cutWhy }) } };
}
