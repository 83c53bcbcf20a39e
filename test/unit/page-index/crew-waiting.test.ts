/** When an index is given one worker more. */
import { describe, expect, it } from 'vitest';
import { waitingJudge } from '../../../src/analysis/page-index/crew-waiting.ts';

describe('workers that wait for the file', () => {
  it('are told after so many orders, once', () => {
    const judge = waitingJudge(3);
    const slow = { took: 100, waited: 60 };
    expect([slow, slow, slow, slow, slow].map(judge)).toEqual([false, false, true, false, false]);
  });

  it('are judged by the time of all orders together', () => {
    const judge = waitingJudge(2);
    expect(
      [
        { took: 10, waited: 9 },
        { took: 90, waited: 20 },
      ].map(judge),
    ).toEqual([false, true]);
    const other = waitingJudge(2);
    expect(
      [
        { took: 10, waited: 9 },
        { took: 90, waited: 10 },
      ].map(other),
    ).toEqual([false, false]);
  });

  it('are none where nothing is known of their time', () => {
    expect([{ took: 0, waited: 0 }].map(waitingJudge(1))).toEqual([false]);
  });
});
