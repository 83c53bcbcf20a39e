/**
 * Milliseconds of a clock that nobody sets, since some moment in the past. `performance.now()` says the same, but the first touch of `performance` loads
 * Node's modules for measuring and observing, which takes as long as opening a small dump.
 */
export function steadyMilliseconds(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1000 + nanoseconds / 1e6;
}
