/** Groups of CPUs in the same state. */
import { describe, expect, it } from 'vitest';
import { cpuGroups, cpuNumbersText } from '../../../src/shared/cpu-groups.ts';
import type { CpuJson } from '../../../src/shared/cpu-model.ts';

const cpu = (id: number, state: string, pc = '0x1000'): CpuJson => ({ id, linuxCpu: id, state, registers: { pc }, source: 'note' });

describe('CPUs in the same state', () => {
  it('are one group, in the order of the first members', () => {
    const groups = cpuGroups([cpu(0, 'crashed'), cpu(1, 'idle'), cpu(2, 'crashed'), cpu(3, 'idle'), cpu(4, 'idle', '0x2000')]);
    expect(groups.map(({ cpus }) => cpus.map(({ id }) => id))).toEqual([[0, 2], [1, 3], [4]]);
    expect(new Set(groups.map(({ key }) => key)).size).toBe(3);
  });

  it('are apart where something else tells them apart', () => {
    expect(cpuGroups([cpu(0, 'idle'), cpu(1, 'idle')], ({ id }) => String(id))).toHaveLength(2);
  });

  it('of another kind of record, or of another system, are apart', () => {
    const first = cpu(0, 'idle');
    expect(cpuGroups([first, { ...first, id: 1, source: 'lowcore' }, { ...first, id: 2, system: 'prod' }])).toHaveLength(3);
  });
});

describe('numbers of CPUs', () => {
  it.each([
    [[3], '3'],
    [[1, 2, 3], '1-3'],
    [[7, 0, 4, 5, 6, 12], '0, 4-7, 12'],
    [[0, 2, 4, 6, 8, 10, 12, 13, 14], '0, 2, 4, 6, 8, 10 and 3 more'],
  ])('%j', (numbers, text) => {
    expect(
      cpuNumbersText(
        numbers.map((id) => cpu(id, 'idle')),
        'linuxCpu',
      ),
    ).toBe(text);
  });
});
