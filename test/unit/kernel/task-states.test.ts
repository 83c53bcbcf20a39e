/** State words that a kernel can have, and those that only damaged memory has. */
import { describe, expect, it } from 'vitest';
import { isTaskState } from '../../../src/analysis/kernel/tasks/task-layout.ts';

describe('the state word of a task', () => {
  it.each([0, 1, 2, 4, 8, 0x40, 0x80, 0x102, 0x104, 0x108, 0x200, 0x402, 0x800, 0x1000, 0x2001, 0x6001, 0x8000])('0x%x is one of a kernel', (state) => {
    expect(isTaskState(state, undefined)).toBe(true);
    for (const exitState of [0, 0x10, 0x20, 0x30]) expect(isTaskState(state, exitState)).toBe(true);
  });

  it.each([
    [0xffff_ffff, 0],
    [-1, 0],
    [0x5a5a_5a5a, 0],
    [0x5a5a, 0],
    [3, 0],
    [0x1_0001, 0],
    [0x10, 0],
    [2 ** 40 + 1, 0],
    [0, 1],
    [0, 0xffff_ffff],
  ])('0x%x with exit_state 0x%x is none', (state, exitState) => {
    expect(isTaskState(state, exitState)).toBe(false);
  });
});
