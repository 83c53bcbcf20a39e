/**
 * Two pages with one fingerprint. Each column of `columns16-1` keeps a state (a, b) that every word changes by
 * a = rotl((a ^ word) * F, 13), b = rotl(b, 7) + a. A word can bring `a` to any value, so three words in a row can leave the
 * path and come back to it: the first strays, the second makes up for it in b, the third brings a back.
 */
const stepFactor = 0x9e3779b1 | 0;
const columnSeed = 0x27d4eb2f | 0;
const rotl = (value: number, by: number): number => (value << by) | (value >>> (32 - by));

/** Inverse of an odd number modulo 2^32 (Newton: each step doubles the bits that are right). */
function inverse(odd: number): number {
  let guess = odd;
  for (let step = 0; step < 5; step += 1) guess = Math.imul(guess, 2 - Math.imul(odd, guess));
  return guess;
}
const undoFactor = inverse(stepFactor);

/**
 * A page that differs from the given one in three words and has the same fingerprint.
 * @param page 4096 bytes @param column 0 to 15
 */
export function collidingPage(page: Uint8Array, column = 5): Uint8Array {
  const twin = Uint8Array.from(page);
  const view = new DataView(twin.buffer);
  const wordAt = (row: number): number => view.getInt32((row * 16 + column) * 4, true);
  let a = Math.imul(column + 1, columnSeed);
  let b = 0;
  const states: { a: number; b: number }[] = [{ a, b }];
  for (let row = 0; row < 3; row += 1) {
    a = rotl(Math.imul(a ^ wordAt(row), stepFactor), 13);
    b = (rotl(b, 7) + a) | 0;
    states.push({ a, b });
  }
  const [start, first, second, third] = states as [{ a: number; b: number }, { a: number; b: number }, { a: number; b: number }, { a: number; b: number }];
  /** The word that takes a from one value to another. */
  const word = (from: number, to: number): number => Math.imul(rotl(to, 19), undoFactor) ^ from;
  const strayed = (first.a + 0x1234567) | 0;
  const strayedB = (rotl(start.b, 7) + strayed) | 0;
  // b must be back after the second word, so that the third step adds the same a to the same b.
  const back = (second.b - rotl(strayedB, 7)) | 0;
  view.setInt32(column * 4, word(start.a, strayed), true);
  view.setInt32((16 + column) * 4, word(strayed, back), true);
  view.setInt32((32 + column) * 4, word(back, third.a), true);
  return twin;
}
