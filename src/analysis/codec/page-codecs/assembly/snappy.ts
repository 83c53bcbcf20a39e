/** Snappy raw block. */
import { copyMatch, copyWide } from './copies';
import { outputAt } from './memory-map';

export function snappy(from: usize, inputBytes: i32, outputBytes: i32): i32 {
  let ip = from;
  const end = from + <usize>inputBytes;
  let op = outputAt;
  const outEnd = outputAt + <usize>outputBytes;
  let stated: usize = 0;
  let shift: usize = 0;
  for (;;) {
    if (ip >= end || shift > 28) return 0;
    const byte = <usize>load<u8>(ip++);
    stated |= (byte & 0x7f) << shift;
    if (byte < 0x80) break;
    shift += 7;
  }
  if (stated != <usize>outputBytes) return 0;
  while (ip < end) {
    const tag = <usize>load<u8>(ip++);
    const kind = tag & 3;
    if (kind == 0) {
      let length = (tag >> 2) + 1;
      if (length > 60) {
        const size = length - 60;
        if (size > 3 || ip + size > end) return 0;
        length = ((<usize>load<u32>(ip)) & ((1 << (size * 8)) - 1)) + 1;
        ip += size;
      }
      if (ip + length > end || op + length > outEnd) return 0;
      copyWide(op, ip, length);
      ip += length;
      op += length;
      continue;
    }
    let length: usize;
    let distance: usize;
    if (kind == 1) {
      if (ip >= end) return 0;
      length = 4 + ((tag >> 2) & 7);
      distance = ((tag >> 5) << 8) + <usize>load<u8>(ip);
      ip += 1;
    } else {
      const size: usize = kind == 2 ? 2 : 4;
      if (ip + size > end) return 0;
      length = (tag >> 2) + 1;
      distance = kind == 2 ? <usize>load<u16>(ip) : <usize>load<u32>(ip);
      ip += size;
    }
    if (distance == 0 || distance > op - outputAt || op + length > outEnd) return 0;
    copyMatch(op, distance, length);
    op += length;
  }
  return op == outEnd ? 1 : 0;
}
