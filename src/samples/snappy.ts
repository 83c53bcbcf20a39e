/** Compresses to one raw Snappy block: length, literals and copies of the 1- and 2-byte kinds (kdump-compressed.md section 5.2). */
export function snappyCompress(input: Uint8Array): Uint8Array {
  const output: number[] = [];
  for (let rest = input.length; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) {
      output.push(rest);
      break;
    }
    output.push((rest & 0x7f) | 0x80);
  }
  const at = (index: number): number => input[index] ?? 0;
  const places = new Map<number, number>();
  let literalStart = 0;
  let position = 0;
  const flush = (end: number): void => {
    const length = end - literalStart;
    if (length === 0) return;
    if (length <= 60) output.push((length - 1) << 2);
    else if (length <= 0x100) output.push(60 << 2, length - 1);
    else output.push(61 << 2, (length - 1) & 0xff, (length - 1) >> 8);
    for (let index = literalStart; index < end; index += 1) output.push(at(index));
  };
  while (position + 4 <= input.length) {
    const key = at(position) * 0x1000000 + ((at(position + 1) << 16) | (at(position + 2) << 8) | at(position + 3));
    const known = places.get(key);
    places.set(key, position);
    if (known === undefined || position - known > 0xffff) {
      position += 1;
      if (position - literalStart === 0x10000) {
        flush(position);
        literalStart = position;
      }
      continue;
    }
    flush(position);
    let length = 4;
    while (length < 64 && position + length < input.length && at(known + length) === at(position + length)) length += 1;
    const distance = position - known;
    if (length <= 11 && distance < 2048) output.push(1 | ((length - 4) << 2) | ((distance >> 8) << 5), distance & 0xff);
    else output.push(2 | ((length - 1) << 2), distance & 0xff, distance >> 8);
    position += length;
    literalStart = position;
  }
  flush(input.length);
  return Uint8Array.from(output);
}
