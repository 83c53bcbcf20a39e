/** What lies where the damage is: things of the system, not why pages are missing. */
import { expect, it } from 'vitest';
import { damageMap } from '../../../src/analysis/integrity/damage-map.ts';

it('names structures and regions of the system where the damage lies, and no reason why pages are missing', () => {
  const where = { space: 'absolute' as const, start: '0x100000', end: '0x200000' };
  const [entry] = damageMap({
    regions: [
      { name: 'the file ends before it', start: '0x100000', end: '0x200000', kind: 'missing' },
      { name: 'excluded by the filter', start: '0x180000', end: '0x200000', kind: 'excluded' },
      { name: 'crashkernel', start: '0x1c0000', end: '0x300000', kind: 'crashkernel' },
      { name: 'kernel image', start: '0x300000', end: '0x400000', kind: 'kernel' },
    ],
    cpus: [],
    structures: [],
    findings: [{ id: 'cut-off', severity: 'error', title: 'The file is cut off', detail: 'it ends early', where }],
    checks: [],
    structureOf: () => undefined,
  });
  expect(entry).toMatchObject({ where, structures: ['crashkernel'], cpus: [] });
});
