/** LZO1X block. */
import { copyMatch, copyWide } from './copies';
import { mostBytes, outputAt } from './memory-map';

let lzoIn: usize = 0;
let lzoEnd: usize = 0;
/** A length that continues: each zero byte adds 255; 0 when the input ends. */
function lzoExtension(): usize {
  let sum: usize = 0;
  while (lzoIn < lzoEnd) {
    const value = <usize>load<u8>(lzoIn);
    lzoIn += 1;
    if (value != 0) return sum + value;
    sum += 255;
    if (sum > <usize>mostBytes) return 0;
  }
  return 0;
}

export function lzo(from: usize, inputBytes: i32, outputBytes: i32): i32 {
  lzoIn = from;
  lzoEnd = from + <usize>inputBytes;
  const end = lzoEnd;
  const outEnd = outputAt + <usize>outputBytes;
  let op = outputAt;
  let state: usize = 0;
  if (lzoIn >= end) return 0;
  let instruction = <usize>load<u8>(lzoIn++);
  if (instruction >= 18) {
    const count = instruction - 17;
    if (lzoIn + count >= end || op + count > outEnd) return 0;
    copyWide(op, lzoIn, count);
    lzoIn += count;
    op += count;
    state = count < 4 ? count : 4;
    instruction = <usize>load<u8>(lzoIn++);
  }
  while (true) {
    let length: usize;
    let distance: usize;
    let following: usize;
    if (instruction >= 64) {
      if (lzoIn >= end) return 0;
      const high = <usize>load<u8>(lzoIn++);
      length = instruction >= 128 ? 5 + ((instruction >> 5) & 3) : 3 + ((instruction >> 5) & 1);
      distance = (high << 3) + ((instruction >> 2) & 7) + 1;
      following = instruction & 3;
    } else if (instruction >= 16) {
      const bits: usize = instruction >= 32 ? 31 : 7;
      length = instruction & bits;
      if (length == 0) {
        const more = lzoExtension();
        if (more == 0) return 0;
        length = bits + more;
      }
      length += 2;
      if (lzoIn + 2 > end) return 0;
      const word = <usize>load<u16>(lzoIn);
      lzoIn += 2;
      following = word & 3;
      if (instruction >= 32) distance = (word >> 2) + 1;
      else {
        const far = ((instruction & 8) << 11) + (word >> 2);
        if (far == 0) return instruction == 0x11 && word == 0 && op == outEnd && lzoIn == end ? 1 : 0;
        distance = far + 16384;
      }
    } else if (state == 0) {
      let count = instruction + 3;
      if (instruction == 0) {
        const more = lzoExtension();
        if (more == 0) return 0;
        count = 18 + more;
      }
      if (lzoIn + count >= end || op + count > outEnd) return 0;
      copyWide(op, lzoIn, count);
      lzoIn += count;
      op += count;
      state = 4;
      instruction = <usize>load<u8>(lzoIn++);
      continue;
    } else {
      if (lzoIn >= end) return 0;
      const high = <usize>load<u8>(lzoIn++);
      distance = (high << 2) + (instruction >> 2) + 1;
      length = 2;
      if (state == 4) {
        length = 3;
        distance += 2048;
      }
      following = instruction & 3;
    }
    if (distance > op - outputAt || op + length > outEnd) return 0;
    copyMatch(op, distance, length);
    op += length;
    if (lzoIn + following >= end || op + following > outEnd) return 0;
    if (following > 0) {
      store<u32>(op, load<u32>(lzoIn));
      lzoIn += following;
      op += following;
    }
    state = following;
    instruction = <usize>load<u8>(lzoIn++);
  }
  return 0;
}
