/** What debugfs writes of a record of the debug feature: its time, and its text in the views sprintf and hex_ascii. */
import type { KernelMemory } from '../memory/kernel-memory.ts';
import type { DebugLog, DebugRecord } from './debug-logs.ts';
import { formatText } from './format-text.ts';

interface TextSource {
  readonly memory: Pick<KernelMemory, 'cstring'>;
  readonly symbolAt: (address: bigint) => string | undefined;
}

const mostText = 512;

/** Of microseconds since 1970; empty for what is not a time of four digits of a year. */
export const isoTime = (clock: bigint): string => {
  // A clock before 1970 is negative, and its microseconds count from the millisecond before it.
  const micros = ((clock % 1000n) + 1000n) % 1000n;
  const whole = new Date(Number((clock - micros) / 1000n));
  const year = whole.getUTCFullYear();
  // A time of more than four digits of a year is of a damaged clock, and no time as others are written. NaN is beyond what a date can have.
  return !(year >= 0 && year <= 9999) ? '' : whole.toISOString().replace('Z', `${String(micros).padStart(3, '0')}Z`);
};

/** As the view hex_ascii does it. */
const ascii = (data: Uint8Array): string => Buffer.from(data.map((byte) => (byte >= 0x20 && byte < 0x7f ? byte : 0x2e))).toString('latin1');

/** The format is the first word of a record, its arguments follow; without either of them it is none. */
function sprintfText({ data }: DebugRecord, { memory, symbolAt }: TextSource): string | undefined {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const words = Array.from({ length: Math.floor(data.byteLength / 8) }, (_, at) => view.getBigUint64(at * 8));
  const [format = 0n, ...args] = words;
  const found = memory.cstring(format, mostText);
  return found === undefined ? undefined : formatText(found, args, { textAt: (at) => memory.cstring(at, mostText), symbolAt }).replace(/\n$/, '');
}

/** The view sprintf where the log has it, else the letters of hex_ascii. Undefined where a format is not in the dump. */
export const recordText = (log: DebugLog, record: DebugRecord, source: TextSource): string | undefined =>
  log.views.has('sprintf') ? sprintfText(record, source) : ascii(record.data);
