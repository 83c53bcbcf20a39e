/** Copies that go up to 31 bytes too far: there is room after every target and source. */

/** Steps of 16 bytes. */
export function copyWide(to: usize, from: usize, count: usize): void {
  v128.store(to, v128.load(from));
  for (let i: usize = 16; i < count; i += 16) v128.store(to + i, v128.load(from + i));
}

/** Which of the bytes of a match come again in 16 bytes: for each distance up to 16. */
const repeats = memory.data<u8>([
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 2, 0, 1,
  2, 0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3, 4, 0, 1, 2, 3, 4, 0, 1, 2, 3, 4, 0, 0, 1, 2, 3, 4, 5, 0, 1, 2, 3,
  4, 5, 0, 1, 2, 3, 0, 1, 2, 3, 4, 5, 6, 0, 1, 2, 3, 4, 5, 6, 0, 1, 0, 1, 2, 3, 4, 5, 6, 7, 0, 1, 2, 3, 4, 5, 6, 7, 0, 1, 2, 3, 4, 5, 6, 7, 8, 0, 1, 2, 3, 4, 5,
  6, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1, 2, 3, 4, 5, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 0, 1, 2, 3, 4, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 0, 1, 2, 3, 0, 1, 2,
  3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 0, 1, 2, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 0, 1, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 0, 0, 1, 2, 3,
  4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
]);
/** Whole repetitions in 16 bytes, in bytes. */
const strides = memory.data<u8>([16, 16, 16, 15, 16, 15, 12, 14, 16, 9, 10, 11, 12, 13, 14, 15]);

/**
 * The first 16 bytes of a match: source and target may overlap, then the bytes in between repeat. There is one way for
 * all distances: which one comes next is beyond foreseeing.
 */
export function matchStart(to: usize, distance: usize): void {
  v128.store(to, i8x16.swizzle(v128.load(to - distance), v128.load(repeats + ((distance < 16 ? distance : 16) << 4))));
}

/** The rest of a match of more than 16 bytes. */
export function matchRest(to: usize, distance: usize, count: usize): void {
  if (distance >= 16) {
    const from = to - distance;
    for (let i: usize = 16; i < count; i += 16) v128.store(to + i, v128.load(from + i));
    return;
  }
  const pattern = v128.load(to);
  const stride = <usize>load<u8>(strides + distance);
  for (let i = stride; i < count; i += stride) v128.store(to + i, pattern);
}

/** Copies what was put out before. */
export function copyMatch(to: usize, distance: usize, count: usize): void {
  matchStart(to, distance);
  if (count > 16) matchRest(to, distance, count);
}
