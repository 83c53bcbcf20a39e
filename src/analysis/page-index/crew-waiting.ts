/**
 * Whether page workers wait for the file. A worker reads and looks at pages in turn, so of a file that is slower than they are nothing is
 * read while all of them look: one worker more than there are processors keeps it busy. Of a file in memory it would only be in the way.
 */

export interface OrderTime {
  /** Milliseconds of one order. */
  readonly took: number;
  /** Those in which the worker had no processor: it waited for the file above all. */
  readonly waited: number;
}

/** Which part of the time is much. */
const muchWaiting = 0.25;

/** @returns takes the time of each order; true once, with the last of so many orders, where workers waited much */
export function waitingJudge(orders: number): (time: OrderTime) => boolean {
  let [count, took, waited] = [0, 0, 0];
  return (time) => {
    count += 1;
    took += time.took;
    waited += time.waited;
    return count === orders && waited >= took * muchWaiting && took > 0;
  };
}
