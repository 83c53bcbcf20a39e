/** Work in steps: others have their turn, a cancel takes effect between two steps, and what was open is closed. */
import { expect, it } from 'vitest';
import { finish, inOneStep, paced, type Steps } from '../../../src/analysis/jobs/steps.ts';
import { Cancelled } from '../../../src/shared/rpc.ts';

function* counted(log: string[], turns: number): Steps<number> {
  try {
    for (let turn = 0; turn < turns; turn += 1) {
      log.push(`step ${turn}`);
      yield;
    }
    return turns;
  } finally {
    log.push('closed');
  }
}

it('comes to the same end at once and with pauses', async () => {
  expect(finish(counted([], 3))).toBe(3);
  expect(await paced(counted([], 3), undefined)).toBe(3);
  expect(finish(inOneStep((a: number, b: number) => a + b)(1, 2))).toBe(3);
});

it('a cancel ends it between two steps, and its finally blocks run', async () => {
  const log: string[] = [];
  const cancelling = new AbortController();
  function* work(): Steps<number> {
    yield;
    cancelling.abort();
    return yield* counted(log, 1000);
  }
  await expect(paced(work(), cancelling.signal)).rejects.toBeInstanceOf(Cancelled);
  expect(log).toEqual(['step 0', 'closed']);
});

it('an error of the work comes through, and its finally blocks run once', async () => {
  const log: string[] = [];
  function* work(): Steps<number> {
    yield* counted(log, 1);
    throw new Error('damaged');
  }
  await expect(paced(work(), undefined)).rejects.toThrow('damaged');
  expect(log).toEqual(['step 0', 'closed']);
});
