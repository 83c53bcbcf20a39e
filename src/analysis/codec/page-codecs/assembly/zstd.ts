/** One zstd frame (RFC 8878 section 3.1.1) that fills the output exactly. Frames with a dictionary are left to others. */
import { copyWide } from './copies';
import { outputAt } from './memory-map';
import { xxh64 } from './xxh64';
import { forgetHuffman, readLiterals } from './zstd-literals';
import { beginSequences, prepareSequences, runSequences } from './zstd-sequences';

const mostBlock: usize = 131072;
/** Larger windows are allowed or refused by limits that are not ours. */
const mostWindow: usize = 8388608;
let prepared: bool = false;

export function zstd(start: usize, inputBytes: i32, outputBytes: i32): i32 {
  if (!prepared) {
    prepareSequences();
    prepared = true;
  }
  const end = start + <usize>inputBytes;
  if (inputBytes < 9 || load<u32>(start) != 0xfd2fb528) return 0;
  const head = <u32>load<u8>(start, 4);
  // A reserved bit, or a dictionary.
  if ((head & 0x0b) != 0) return 0;
  const single = (head & 0x20) != 0;
  let at = start + 5;
  let window: usize = 0;
  if (!single) {
    const byte = <u32>load<u8>(at);
    at += 1;
    if (byte >> 3 > 13) return 0;
    const base: usize = 1 << (10 + (byte >> 3));
    window = base + (base >> 3) * (byte & 7);
    if (window > mostWindow) return 0;
  }
  const sizeForm = head >> 6;
  if (sizeForm != 0 || single) {
    const bytes: usize = 1 << sizeForm;
    const size: u64 = sizeForm == 0 ? <u64>load<u8>(at) : sizeForm == 1 ? <u64>load<u16>(at) + 256 : sizeForm == 2 ? <u64>load<u32>(at) : load<u64>(at);
    at += bytes;
    if (size != <u64>outputBytes) return 0;
    if (single) window = <usize>outputBytes;
  }
  const block = window < mostBlock ? window : mostBlock;
  const outEnd = outputAt + <usize>outputBytes;
  let op = outputAt;
  forgetHuffman();
  beginSequences();
  let last: u32 = 0;
  while (last == 0) {
    if (at + 3 > end) return 0;
    const header = load<u32>(at) & 0xffffff;
    at += 3;
    last = header & 1;
    const kind = (header >> 1) & 3;
    const size = (<usize>header) >> 3;
    if (size > block) return 0;
    if (kind == 2) {
      if (size < 2 || at + size > end) return 0;
      const sequences = readLiterals(at, at + size, block);
      if (sequences == 0) return 0;
      at += size;
      const done = runSequences(sequences, at, op, outEnd, window);
      if (done == 0 || done - op > block) return 0;
      op = done;
      continue;
    }
    const stored: usize = kind == 0 ? size : 1;
    if (kind == 3 || at + stored > end || op + size > outEnd) return 0;
    if (kind == 0) copyWide(op, at, size);
    else memory.fill(op, load<u8>(at), size);
    at += stored;
    op += size;
  }
  if (op != outEnd) return 0;
  if ((head & 4) != 0) {
    if (at + 4 > end || load<u32>(at) != <u32>xxh64(outputAt, <usize>outputBytes)) return 0;
    at += 4;
  }
  return at == end ? 1 : 0;
}
