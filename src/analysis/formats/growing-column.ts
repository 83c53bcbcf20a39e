/** What tables of numbers in columns are made of. */
type Numbers = BigUint64Array<ArrayBuffer> | Float64Array<ArrayBuffer> | Uint16Array<ArrayBuffer> | Uint8Array<ArrayBuffer>;

/** The same numbers in an array of twice the length. */
export function doubled<A extends Numbers>(column: A): A {
  const Column = column.constructor as new (length: number) => A;
  const larger = new Column(2 * column.length);
  larger.set(column as never);
  return larger;
}

/** Length of columns for so many rows, of which there may be none. */
export const roomFor = (expected: number): number => Math.max(16, expected);

/** The number of a value in a list of few different ones, at the end of which it is put if it is new. */
export function numberIn<T>(known: T[], value: T): number {
  const at = known.lastIndexOf(value);
  return at === -1 ? known.push(value) - 1 : at;
}
