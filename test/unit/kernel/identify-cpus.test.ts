import { describe, expect, it } from 'vitest';
import { identifyCpus, type CpuEvidence } from '../../../src/analysis/kernel/cpus/identify-cpus.ts';

const says = (by: CpuEvidence['by'], linuxCpu: number): CpuEvidence => ({ by, linuxCpu, text: `${by} says ${linuxCpu}` });
const numbers = (sets: readonly (readonly CpuEvidence[])[], running?: readonly number[]): readonly unknown[] =>
  identifyCpus(sets, running).map(({ linuxCpu, assumed, json: { by } }) => [linuxCpu, assumed, by]);

describe('which CPU a set of registers is of', () => {
  it('is identified by the strongest evidence, and what names another one is kept', () => {
    const [found] = identifyCpus([[says('pid', 3), says('stack', 1), says('per-cpu-base', 1)]], [0, 1, 2, 3]);
    expect(found?.linuxCpu).toBe(1);
    expect(found?.json).toEqual({ by: 'stack', detail: 'stack says 1; per-cpu-base says 1', contradicted: ['CPU 3: pid says 3'] });
  });

  it('is not the position when one set is missing', () => {
    expect(numbers([[says('stack', 1)]], [0, 1])).toEqual([[1, 1, 'stack']]);
  });

  it('is the only one left', () => {
    expect(numbers([[says('stack', 2)], [], [says('stack', 0)]], [0, 1, 2])).toEqual([
      [2, 2, 'stack'],
      [1, 1, 'remaining'],
      [0, 0, 'stack'],
    ]);
  });

  it('is taken by the position among those left, and then has no number of its own', () => {
    expect(numbers([[], [], [says('stack', 0)]], [0, 1, 3])).toEqual([
      [undefined, 1, 'position'],
      [undefined, 3, 'position'],
      [0, 0, 'stack'],
    ]);
    expect(numbers([[], []])).toEqual([
      [undefined, 0, 'position'],
      [undefined, 1, 'position'],
    ]);
  });

  it('is not the position of a number that is proven of another set', () => {
    expect(numbers([[], [says('stack', 0)], []])).toEqual([
      [undefined, undefined, 'position'],
      [0, 0, 'stack'],
      [undefined, 2, 'position'],
    ]);
  });

  it('is not known at all where fewer sets are there than CPUs ran', () => {
    expect(numbers([[], []], [0, 1, 2])).toEqual([
      [undefined, undefined, 'position'],
      [undefined, undefined, 'position'],
    ]);
  });
});
