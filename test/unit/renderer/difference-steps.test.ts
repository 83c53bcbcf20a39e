/** Keys step through what is shown. */
import { expect, it } from 'vitest';
import { createDifferenceSteps, nextIndex } from '../../../src/renderer/state/difference-steps.ts';

it('a step goes to what is shown, even if the next view was shown before the last one was removed', () => {
  const steps = createDifferenceSteps();
  const gone: string[] = [];
  const leaveFirst = steps.offer('dump', (by) => gone.push(`first ${by}`));
  const leaveSecond = steps.offer('dump', (by) => gone.push(`second ${by}`));
  leaveFirst();
  steps.step('dump', 1);
  steps.step('other', 1);
  expect(steps.has('dump')).toBe(true);
  leaveSecond();
  steps.step('dump', -1);
  expect(steps.has('dump')).toBe(false);
  expect(gone).toEqual(['second 1']);
});

it.each([
  [undefined, 1, 3, 0],
  [undefined, -1, 3, 2],
  [0, 1, 3, 1],
  [2, 1, 3, 2],
  [0, -1, 3, 0],
  [5, 1, 3, 2],
  [undefined, 1, 0, undefined],
] as const)('from %s by %i of %i', (current, by, count, expected) => {
  expect(nextIndex(current, by, count)).toBe(expected);
});
