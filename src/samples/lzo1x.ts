/**
 * Compresses to one LZO1X block, with every kind of match instruction that fits (kdump-compressed.md section 5.1).
 * A greedy search over the last place of each 3-byte and 2-byte sequence: small and right, not strong.
 */
export function lzo1xCompress(input: Uint8Array): Uint8Array {
  const output: number[] = [];
  const triples = new Map<number, number>();
  const pairs = new Map<number, number>();
  let literalStart = 0;
  /** Where the two state bits of the last match lie, undefined before the first match. */
  let stateByte: number | undefined;
  let position = 0;

  const at = (index: number): number => input[index] ?? 0;
  const remember = (index: number): void => {
    if (index + 1 < input.length) pairs.set((at(index) << 8) | at(index + 1), index);
    if (index + 2 < input.length) triples.set((at(index) << 16) | (at(index + 1) << 8) | at(index + 2), index);
  };
  /** Literals since the last match; returns the decoder's state after them. */
  const flushLiterals = (end: number): number => {
    const length = end - literalStart;
    if (length === 0) return 0;
    if (stateByte === undefined && length <= 238) output.push(17 + length);
    else if (stateByte !== undefined && length <= 3) output[stateByte] = (output[stateByte] ?? 0) | length;
    else if (length <= 3) throw new Error('a short first run is always written by its special instruction');
    else if (length <= 18) output.push(length - 3);
    else pushExtended(output, 0, length - 18);
    for (let index = literalStart; index < end; index += 1) output.push(at(index));
    return Math.min(length, 4);
  };
  const emitMatch = (length: number, distance: number): void => {
    const state = flushLiterals(position);
    stateByte = pushMatch(output, state, length, distance);
    for (let index = position; index < position + length; index += 1) remember(index);
    position += length;
    literalStart = position;
  };

  while (position < input.length) {
    const known = position + 2 < input.length ? triples.get((at(position) << 16) | (at(position + 1) << 8) | at(position + 2)) : undefined;
    if (known !== undefined && position - known <= 0xbfff) {
      let length = 3;
      while (position + length < input.length && at(known + length) === at(position + length)) length += 1;
      emitMatch(length, position - known);
      continue;
    }
    // Two equal bytes can only be written directly after 1 to 3 literals.
    const literals = position - literalStart;
    const pair = position + 1 < input.length ? pairs.get((at(position) << 8) | at(position + 1)) : undefined;
    if (pair !== undefined && literals >= 1 && literals <= 3 && position - pair <= 1024) {
      emitMatch(2, position - pair);
      continue;
    }
    remember(position);
    position += 1;
  }
  flushLiterals(input.length);
  output.push(0x11, 0, 0);
  return Uint8Array.from(output);
}

/** An instruction whose length field is 0, then the rest of the length: each 00 stands for 255. */
function pushExtended(output: number[], instruction: number, rest: number): void {
  output.push(instruction);
  let left = rest;
  while (left > 255) {
    output.push(0);
    left -= 255;
  }
  output.push(left);
}

/** Writes a match; returns the index of the byte whose two low bits count the literals after it. */
function pushMatch(output: number[], state: number, length: number, distance: number): number {
  if (length === 2) {
    const value = distance - 1;
    output.push((value & 3) << 2, value >> 2);
    return output.length - 2;
  }
  if (length === 3 && state === 4 && distance >= 2049 && distance <= 3072) {
    const value = distance - 2049;
    output.push((value & 3) << 2, value >> 2);
    return output.length - 2;
  }
  if (length <= 8 && distance <= 2048) {
    const value = distance - 1;
    const kind = length <= 4 ? 64 | ((length - 3) << 5) : 128 | ((length - 5) << 5);
    output.push(kind | ((value & 7) << 2), value >> 3);
    return output.length - 2;
  }
  if (distance <= 16384) {
    if (length <= 33) output.push(32 | (length - 2));
    else pushExtended(output, 32, length - 33);
    const value = (distance - 1) << 2;
    output.push(value & 0xff, value >> 8);
    return output.length - 2;
  }
  const value = distance - 16384;
  const high = (value >> 14) << 3;
  if (length <= 9) output.push(16 | high | (length - 2));
  else pushExtended(output, 16 | high, length - 9);
  output.push(((value & 0x3fff) << 2) & 0xff, (value & 0x3fff) >> 6);
  return output.length - 2;
}
