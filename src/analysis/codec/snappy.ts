/** Snappy raw block (kdump-compressed.md section 5.2). Every read and every copy is checked: the input is hostile. */
import type { PageDecoder } from './page-codec.ts';
import { withWasm } from './page-codecs/wasm-decoders.ts';

const cut = 'the Snappy data end too early';
const tooLong = 'the Snappy data unpack to more than a page';

/** Little-endian number of up to four bytes, or undefined past the end. */
function littleEndian(input: Uint8Array, at: number, bytes: number): number | undefined {
  if (at + bytes > input.length) return undefined;
  let value = 0;
  for (let index = bytes - 1; index >= 0; index -= 1) value = value * 256 + (input[at + index] ?? 0);
  return value;
}

/** The definition; `decodeSnappy` asks the fast decoder first. */
export const plainSnappy: PageDecoder = (input, output) => {
  let at = 0;
  let stated = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = input[at++];
    if (byte === undefined || shift > 28) return cut;
    stated += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) break;
  }
  if (stated !== output.length) return `the Snappy data state ${stated} bytes instead of ${output.length}`;
  let done = 0;
  while (at < input.length) {
    const tag = input[at++] ?? 0;
    if ((tag & 3) === 0) {
      let length = (tag >> 2) + 1;
      if (length > 60) {
        const size = length - 60;
        const long = littleEndian(input, at, size);
        if (long === undefined) return cut;
        length = long + 1;
        at += size;
      }
      if (at + length > input.length) return cut;
      if (done + length > output.length) return tooLong;
      output.set(input.subarray(at, at + length), done);
      at += length;
      done += length;
      continue;
    }
    const kind = tag & 3;
    const size = kind === 1 ? 1 : kind === 2 ? 2 : 4;
    const low = littleEndian(input, at, size);
    if (low === undefined) return cut;
    at += size;
    const length = kind === 1 ? 4 + ((tag >> 2) & 7) : (tag >> 2) + 1;
    const distance = kind === 1 ? ((tag >> 5) << 8) + low : low;
    if (distance === 0 || distance > done) return 'a Snappy copy reaches before the start';
    if (done + length > output.length) return tooLong;
    for (let end = done + length; done < end; done += 1) output[done] = output[done - distance] ?? 0;
  }
  return done === output.length ? undefined : `the Snappy data unpack to ${done} bytes instead of ${output.length}`;
};

export const decodeSnappy: PageDecoder = withWasm('snappy', plainSnappy);
