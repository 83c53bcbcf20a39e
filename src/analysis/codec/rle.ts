/**
 * Run-length encoding of LKCD's pages (dump_compress 1): `00 00` is a zero byte, `00 N V` a run of the byte V, any other byte is itself. The
 * kernel's driver and crash count N + 1 bytes in a run (LKCD drivers/dump/dump_rle.c, crash lkcd_common.c), libkdumpfile N, also when
 * it writes: as a page has a size, at most one of the two can be meant. Every read is checked: the input is hostile.
 */
import type { PageDecoder } from './page-codec.ts';

interface RleSize {
  /** Bytes that come out when a run of N is N bytes. */
  readonly bytes: number;
  readonly runs: number;
}

/** Undefined where the data end within a run. */
function sizeOf(input: Uint8Array): RleSize | undefined {
  let [bytes, runs] = [0, 0];
  for (let at = 0; at < input.length; at += 1) {
    if (input[at] !== 0) {
      bytes += 1;
      continue;
    }
    at += 1;
    const count = input[at];
    if (count === undefined) return undefined;
    bytes += count === 0 ? 1 : count;
    if (count === 0) continue;
    runs += 1;
    at += 1;
    if (at >= input.length) return undefined;
  }
  return { bytes, runs };
}

export const decodeRle: PageDecoder = (input, output) => {
  const size = sizeOf(input);
  if (size === undefined) return 'the RLE data end too early';
  const long = size.bytes + size.runs;
  if (long !== output.length && size.bytes !== output.length) return `the RLE data unpack to ${long} bytes instead of ${output.length}`;
  const more = long === output.length ? 1 : 0;
  let done = 0;
  for (let at = 0; at < input.length; at += 1) {
    const count = input[at] === 0 ? (input[(at += 1)] ?? 0) : 0;
    const times = count === 0 ? 1 : count + more;
    const value = count === 0 ? (input[at] ?? 0) : (input[(at += 1)] ?? 0);
    output.fill(value, done, done + times);
    done += times;
  }
  return undefined;
};
