import { describe, expect, it } from 'vitest';
import type { CheckResult } from '../../../src/shared/check-model.ts';
import type { CpuJson } from '../../../src/shared/cpu-model.ts';
import type { Info } from '../../../src/shared/model.ts';
import type { NoteJson } from '../../../src/shared/structure-model.ts';
import { asciiText, hexText, inspectIntegers, presentBytes } from '../../../src/renderer/views/hex/inspect-bytes.ts';
import { groupNotes } from '../../../src/renderer/views/notes/note-groups.ts';
import { allFindings } from '../../../src/renderer/views/overview/all-findings.ts';

describe('inspector', () => {
  const bytes = Uint8Array.of(0xff, 0x41, 0, 0, 0, 0, 0, 1);
  it('reads integers both ways, signed and unsigned', () => {
    const [, u16, , u64] = inspectIntegers(bytes);
    expect(u16?.big).toEqual({ hex: '0xff41', decimal: '65345', signed: '-191' });
    expect(u16?.little).toEqual({ hex: '0x41ff', decimal: '16895', signed: '16895' });
    expect(u64?.little?.hex).toBe('0x01000000000041ff');
  });

  it('stops at the first byte that is not in the dump', () => {
    const present = presentBytes(bytes, 0x100n, [{ start: '0x103', end: '0x108', state: 'missing' }]);
    expect(present.length).toBe(3);
    expect(inspectIntegers(present).map(({ big }) => big?.hex)).toEqual(['0xff', '0xff41', undefined, undefined]);
    expect(asciiText(present)).toBe('·A·');
  });

  it('copies absent bytes as dashes, never as zeros', () => {
    expect(hexText(bytes.subarray(0, 3), 0x10n, [{ start: '0x11', end: '0x12', state: 'missing' }])).toBe('ff -- 00');
    expect(hexText(new Uint8Array(17), 0n, []).split('\n').length).toBe(2);
  });
});

describe('notes', () => {
  const note = (index: number, owner: string, cpu?: number): NoteJson => ({
    index,
    owner,
    type: 1,
    name: 'n',
    fileOffset: 0,
    bytes: 0,
    ...(cpu === undefined ? {} : { cpu }),
  });
  it('are grouped by CPU, with its Linux number where it is known', () => {
    const notes = [note(0, 'CORE', 0), note(1, 'LINUX', 0), note(2, 'VMCOREINFO'), note(3, 'CORE', 1)];
    const cpus: readonly CpuJson[] = [
      { id: 0, linuxCpu: 7, source: 'note' },
      { id: 1, linuxCpu: 3, source: 'note' },
    ];
    expect(groupNotes(notes, cpus).map(({ title, notes: own }) => [title, own.length])).toEqual([
      ['CPU 7', 2],
      ['VMCOREINFO', 1],
      ['CPU 3', 1],
    ]);
    expect(groupNotes(notes, []).map(({ title }) => title)).toEqual(['CPU at position 0', 'VMCOREINFO', 'CPU at position 1']);
  });
});

describe('findings', () => {
  it('come worst first and once, and a failed check without one is one', () => {
    const finding = { id: 'container-complete/x', severity: 'info', title: 'x', detail: 'y' } as const;
    const checks: readonly CheckResult[] = [
      { id: 'container-complete', title: 't', verdict: 'passed', detail: 'd', findings: [finding] },
      {
        id: 'os-info-page',
        title: 't',
        verdict: 'failed',
        detail: 'wrong',
        failure: 'os_info is damaged.',
        gravity: 70,
        ranges: [{ fileOffset: 1, bytes: 2 }],
      },
    ];
    const found = allFindings({ findings: [finding] } as unknown as Info, checks);
    expect(found.map(({ severity, title }) => [severity, title])).toEqual([
      ['error', 'os_info is damaged'],
      ['info', 'x'],
    ]);
    expect(found[0]?.where).toEqual({ fileOffset: 1, bytes: 2 });
  });
});
