/**
 * Events of one page of a ring buffer (kernel/trace/ring_buffer.c and include/linux/ring_buffer.h, 5.10 to 6.12). An event begins with a word of a length in
 * 5 bits and the time since the event before it in 27, in the order of bits of the machine; then come its bytes, or their number and they.
 */
import { failed, type Failure } from '../../../shared/result.ts';

export interface PageEvent {
  /** Of the trace's clock. */
  readonly stamp: bigint;
  /** Place of its data in the page's bytes, and how many there are. */
  readonly start: number;
  readonly length: number;
}

/** Values of the length that say something else (enum ring_buffer_type). */
const kinds = { padding: 29, timeExtend: 30, timeStamp: 31 } as const;
const wordBytes = 4;
/** The head of an event and a word after it. */
const leastBytes = 8;
const deltaBits = 27;
const deltaMask = 0x7ff_ffff;
/** A time stamp has 59 bits; those above are taken from the stamp before it (rb_fix_abs_ts()). */
const upperBits = 0xf8n << 56n;

function fullStamp(stamp: bigint, before: bigint): bigint {
  if ((before & upperBits) === 0n) return stamp;
  const whole = stamp | (before & upperBits);
  return whole < before ? whole + (1n << 59n) : whole;
}

/**
 * @param bytes what was committed to the page
 * @param from where reading begins: 0, or after what was consumed
 * @param pageStamp time of the page
 * @param readStamp time of the last event before `from`
 * @returns the stamp up to which the page was read
 */
export function* pageEvents(
  bytes: DataView,
  endian: 'big' | 'little',
  from: number,
  pageStamp: bigint,
  readStamp: bigint,
): Generator<PageEvent | Failure, bigint> {
  const isLittle = endian === 'little';
  const end = bytes.byteLength;
  let stamp = readStamp;
  /** Of the event that follows a time stamp. */
  let absolute: bigint | undefined;
  for (let at = from; at < end;) {
    const broken = (why: string): Failure => failed(`events starting at byte ${at} of a page`, why);
    if (end - at < leastBytes) {
      yield broken(`only ${end - at} bytes are left of what was committed, fewer than an event has`);
      return stamp;
    }
    const head = bytes.getUint32(at, isLittle);
    const kind = isLittle ? head & 0x1f : head >>> deltaBits;
    const delta = isLittle ? head >>> 5 : head & deltaMask;
    const word = bytes.getUint32(at + wordBytes, isLittle);
    // Padding without a time ends the page.
    if (kind === kinds.padding && delta === 0) return stamp;
    const isTime = kind === kinds.timeExtend || kind === kinds.timeStamp;
    const length = isTime ? leastBytes : wordBytes + (kind === 0 || kind === kinds.padding ? word : kind * wordBytes);
    if (length < leastBytes || length > end - at) {
      yield broken(`the event there has ${length} bytes by its head, of ${end - at} that were committed`);
      return stamp;
    }
    const time = (BigInt(word) << BigInt(deltaBits)) + BigInt(delta);
    if (kind === kinds.timeExtend) stamp += time;
    else if (kind === kinds.timeStamp) {
      absolute = fullStamp(time, pageStamp);
      stamp = fullStamp(time, stamp);
    } else if (kind !== kinds.padding) {
      // An event that was given up is padding; its time is not counted, as the kernel's own reader does not count it.
      stamp += BigInt(delta);
      const dataAt = kind === 0 ? at + 2 * wordBytes : at + wordBytes;
      yield { stamp: absolute ?? stamp, start: dataAt, length: at + length - dataAt };
      absolute = undefined;
    }
    at += length;
  }
  return stamp;
}
