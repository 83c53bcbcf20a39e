/**
 * Adds items to a list one after the other. A spread argument goes over the stack of the thread, which a hundred thousand
 * items overflow; how many there are is often up to the data.
 */
export function append<T>(to: T[], items: Iterable<T>): void {
  for (const item of items) to.push(item);
}
