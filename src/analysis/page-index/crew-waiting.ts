/**
 * Whether page workers wait for the file. A worker reads and looks at pages in turn, so of a file that is slower than they are nothing is
 * read while all of them look: one worker more than there are processors keeps it busy. Of a file in memory it would only be in the way. Where they
 * do nothing but wait, the file should have something to do as well while a worker that has its bytes waits for a processor: then there are two more.
 */

export interface OrderTime {
  /** Milliseconds of one order. */
  readonly took: number;
  /** Those in which the worker had no processor: it waited for the file above all. */
  readonly waited: number;
}

/** Which part of the time is much. */
const muchWaiting = 0.25;
/** Which part is nearly all of it. */
const mostWaiting = 0.75;

/**
 * @param orders are judged together: a file whose beginning is in memory is waited for later on
 * @returns takes the time of each order, and says how many workers more than at first are worth it: the most that it was so far
 */
export function waitingJudge(orders: number): (time: OrderTime) => 0 | 1 | 2 {
  let [count, took, waited] = [0, 0, 0];
  let most: 0 | 1 | 2 = 0;
  return (time) => {
    count += 1;
    took += time.took;
    waited += time.waited;
    if (count < orders) return most;
    const share = took === 0 ? 0 : waited / took;
    if (share >= mostWaiting) most = 2;
    else if (share >= muchWaiting && most === 0) most = 1;
    [count, took, waited] = [0, 0, 0];
    return most;
  };
}
