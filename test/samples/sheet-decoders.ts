/** Decoders written from the sheet alone (kdump-compressed.md sections 5.1 and 5.2), to check the compressors of the samples. */
export function lzo1xDecode(input: Uint8Array): Uint8Array {
  const output: number[] = [];
  let position = 0;
  let state = 0;
  const next = (): number => {
    const byte = input[position];
    if (byte === undefined) throw new Error('input exhausted');
    position += 1;
    return byte;
  };
  const literals = (count: number): void => {
    for (let index = 0; index < count; index += 1) output.push(next());
  };
  const extension = (): number => {
    let sum = 0;
    for (;;) {
      const byte = next();
      if (byte !== 0) return sum + byte;
      sum += 255;
    }
  };
  const copy = (length: number, distance: number, following: number): void => {
    if (distance > output.length) throw new Error(`distance ${distance} in front of the output`);
    for (let index = 0; index < length; index += 1) output.push(output[output.length - distance] ?? 0);
    literals(following);
    state = following;
  };
  const first = input[0] ?? 0;
  if (first >= 18) {
    next();
    literals(first - 17);
    state = Math.min(first - 17, 4);
  }
  for (;;) {
    const b = next();
    if (b <= 15) {
      if (state === 0) {
        literals(b === 0 ? 18 + extension() : b + 3);
        state = 4;
      } else if (state === 4) copy(3, (next() << 2) + (b >> 2) + 2049, b & 3);
      else copy(2, (next() << 2) + (b >> 2) + 1, b & 3);
    } else if (b <= 63) {
      const low = b >= 32;
      const coded = low ? b & 31 : b & 7;
      const length = coded > 0 ? coded + 2 : (low ? 33 : 9) + extension();
      const word = next() | (next() << 8);
      const far = low ? 0 : (b & 8) << 11;
      if (!low && far + (word >> 2) === 0) {
        if (b !== 17 || word !== 0 || position !== input.length) throw new Error('bad end');
        return Uint8Array.from(output);
      }
      copy(length, low ? (word >> 2) + 1 : far + (word >> 2) + 16384, word & 3);
    } else {
      const length = b < 128 ? 3 + ((b >> 5) & 1) : 5 + ((b >> 5) & 3);
      copy(length, (next() << 3) + ((b >> 2) & 7) + 1, b & 3);
    }
  }
}

export function snappyDecode(input: Uint8Array): Uint8Array {
  const output: number[] = [];
  let position = 0;
  const next = (): number => {
    const byte = input[position++];
    if (byte === undefined) throw new Error('input exhausted');
    return byte;
  };
  let total = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = next();
    total += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) break;
    if (shift === 28) throw new Error('a length of more than five bytes');
  }
  const copy = (length: number, distance: number): void => {
    if (distance === 0 || distance > output.length) throw new Error(`distance ${distance}`);
    for (let index = 0; index < length; index += 1) output.push(output[output.length - distance] ?? 0);
  };
  while (position < input.length) {
    const tag = next();
    switch (tag & 3) {
      case 0: {
        const coded = tag >> 2;
        let length = coded + 1;
        if (coded >= 60) {
          length = 1;
          for (let index = 0; index < coded - 59; index += 1) length += next() * 2 ** (8 * index);
        }
        if (length > input.length - position) throw new Error('input exhausted');
        for (let index = 0; index < length; index += 1) output.push(next());
        break;
      }
      case 1:
        copy(4 + ((tag >> 2) & 7), ((tag >> 5) << 8) + next());
        break;
      case 2:
        copy(1 + (tag >> 2), next() + (next() << 8));
        break;
      default:
        copy(1 + (tag >> 2), next() + next() * 2 ** 8 + next() * 2 ** 16 + next() * 2 ** 24);
    }
  }
  if (output.length !== total) throw new Error(`${output.length} bytes in place of ${total}`);
  return Uint8Array.from(output);
}
