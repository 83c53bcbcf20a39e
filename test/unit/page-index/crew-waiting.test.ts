/** When an index is given more workers. */
import { describe, expect, it } from 'vitest';
import { waitingJudge } from '../../../src/analysis/page-index/crew-waiting.ts';

const slow = { took: 100, waited: 60 };
const fast = { took: 100, waited: 5 };
const idle = { took: 100, waited: 90 };

describe('workers that wait for the file', () => {
  it('are noticed after so many orders', () => {
    expect([slow, slow, slow, slow].map(waitingJudge(3))).toEqual([0, 0, 1, 1]);
  });

  it('are noticed later on, where the beginning of the file is in memory', () => {
    expect([fast, fast, fast, slow, slow, slow].map(waitingJudge(2))).toEqual([0, 0, 0, 1, 1, 1]);
  });

  it('are judged by the time of several orders together', () => {
    expect(
      [
        { took: 10, waited: 9 },
        { took: 90, waited: 20 },
      ].map(waitingJudge(2)),
    ).toEqual([0, 1]);
    expect(
      [
        { took: 10, waited: 9 },
        { took: 90, waited: 10 },
      ].map(waitingJudge(2)),
    ).toEqual([0, 0]);
  });

  it('get two more where they do nothing else, and keep them', () => {
    expect([idle, idle, fast, fast, slow, slow].map(waitingJudge(2))).toEqual([0, 2, 2, 2, 2, 2]);
  });

  it('are none where nothing is known of their time', () => {
    expect([{ took: 0, waited: 0 }].map(waitingJudge(1))).toEqual([0]);
  });
});
