/** Fields, CPUs, comparability and rules. */
import { describe, expect, it } from 'vitest';
import { reasonText, type CompareRemark } from '../../../src/shared/compare-model.ts';
import { nothingDiffers } from '../../../src/renderer/views/compare/nothing-differs.ts';
import { timeOrder, type RecordedMoment } from '../../../src/analysis/compare/time-order.ts';
import { markIgnored } from '../../../src/analysis/compare/apply-rules.ts';
import { comparability, type ComparedDump } from '../../../src/analysis/compare/comparability.ts';
import { differingFields, flatten } from '../../../src/analysis/compare/fields.ts';
import { matchCpus } from '../../../src/analysis/compare/match-cpus.ts';
import { fitsPattern } from '../../../src/shared/ignore-rules.ts';
import type { Info } from '../../../src/shared/model.ts';

describe('fields', () => {
  it('are leaves under dotted names', () => {
    expect([...flatten({ a: 1, b: { c: true, steps: [1] }, d: ['x'], e: undefined }, new Set(['steps']))]).toEqual([
      ['a', '1'],
      ['b.c', 'true'],
      ['d.0', 'x'],
    ]);
  });
  it('that differ come in the left order, then what only the right one has', () => {
    const left = new Map([
      ['a', '1'],
      ['b', '2'],
      ['c', '3'],
    ]);
    const right = new Map([
      ['d', '4'],
      ['a', '1'],
      ['c', '5'],
    ]);
    expect(differingFields(left, right, 2)).toEqual([
      { cpu: 2, field: 'b', left: '2' },
      { cpu: 2, field: 'c', left: '3', right: '5' },
      { cpu: 2, field: 'd', right: '4' },
    ]);
  });
});

describe('CPUs', () => {
  const cpu = (id: number, linuxCpu?: number, prefix?: string) => ({ id, linuxCpu, prefix });
  const pairs = (left: ReturnType<typeof cpu>[], right: ReturnType<typeof cpu>[]) => matchCpus(left, right).map((pair) => [pair.left?.id, pair.right?.id]);

  it('match by their Linux numbers, not by position', () => {
    expect(pairs([cpu(0, 0, '0x1'), cpu(1, 1, '0x2')], [cpu(0, 1, '0x1'), cpu(1, 0, '0x2')])).toEqual([
      [0, 1],
      [1, 0],
    ]);
  });
  it('match by prefix where one of them has no number', () => {
    expect(pairs([cpu(0, undefined, '0x2'), cpu(1, 1, '0x4')], [cpu(0, 1, '0x4'), cpu(1, 0, '0x2')])).toEqual([
      [0, 1],
      [1, 0],
    ]);
  });
  it('with other numbers are others, whatever their prefix', () => {
    expect(pairs([cpu(0, 0, '0x2')], [cpu(0, 5, '0x2')])).toEqual([
      [0, undefined],
      [undefined, 0],
    ]);
  });
  it('match by position only when nothing else is known of any', () => {
    expect(pairs([cpu(0), cpu(1)], [cpu(0)])).toEqual([
      [0, 0],
      [1, undefined],
    ]);
    expect(pairs([cpu(0), cpu(1, 1)], [cpu(0), cpu(1)])).toEqual([
      [0, undefined],
      [1, undefined],
      [undefined, 0],
      [undefined, 1],
    ]);
  });
  it('of a damaged dump that gives one number twice match once', () => {
    expect(pairs([cpu(0, 0), cpu(1, 0)], [cpu(0, 0)])).toEqual([
      [0, 0],
      [1, undefined],
    ]);
  });
});

describe('comparability', () => {
  const info = (change: { machine?: object; kernel?: object }): Info =>
    ({
      machine: { arch: 's390x', endianness: 'big', bits: 64, pageSize: 4096, cpuCount: 2, ...change.machine },
      memory: { bytes: 4096, ranges: [] },
      kernel: { release: '6.1.0', version: '#1', ...change.kernel },
      times: {},
    }) as unknown as Info;
  const dump = (change: Parameters<typeof info>[0] = {}, iso?: string, vmcoreinfo: Record<string, string> = {}): ComparedDump => ({
    info: info(change),
    vmcoreinfo,
    moments: iso === undefined ? [] : [{ clock: 'dump-start', iso }],
  });

  it.each([
    [{ machine: { arch: 'x86_64' } }, 'different architectures: s390x and x86_64'],
    [{ machine: { pageSize: 65536 } }, 'different page sizes: 4096 and 65536'],
    [{ kernel: { release: '6.12.0' } }, 'different kernels: 6.1.0 and 6.12.0'],
    [{ kernel: { version: '#2' } }, 'different builds of one kernel: #1 and #2'],
  ])('says why not: %j', (change, reason) => {
    expect(comparability(dump(), dump(change)).reasons.map(reasonText)).toEqual([reason]);
  });
  it('does not treat a fact that only one dump has as a reason', () => {
    expect(comparability(dump(), dump({ kernel: { release: undefined, version: undefined } })).reasons).toEqual([]);
  });
  it('names the build ids', () => {
    expect(comparability(dump({}, undefined, { 'BUILD-ID': 'aa' }), dump({}, undefined, { 'BUILD-ID': 'bb' })).reasons).toEqual([
      { kind: 'build-id', left: 'aa', right: 'bb' },
    ]);
  });
  it.each([
    ['2026-01-01T00:00:00Z', '2026-01-01T00:00:20.4Z', 'the right dump was taken 20.4 s later (start of the dump)'],
    ['2026-01-03T05:00:00Z', '2026-01-01T00:00:00Z', 'the right dump was taken 2 d 5 h earlier (start of the dump)'],
    ['2026-01-01T00:00:00.123456Z', '2026-01-01T00:00:00.123456Z', 'both are of the same moment (start of the dump)'],
  ])('remarks the order in time: %s, %s', (left, right, remark) => {
    expect(comparability(dump({}, left), dump({}, right)).remarks).toEqual([{ kind: 'time-order', text: remark }]);
  });

  type Moments = ComparedDump['moments'];
  const lowcore = (cpu: number, iso: string): Moments[number] => ({ clock: 'lowcore', cpu, iso });
  const crash = (iso: string): Moments[number] => ({ clock: 'crash', iso });
  const early = '2026-01-01T00:00:00.900000Z';
  const late = '2026-01-01T00:00:01.250000Z';
  it.each<readonly [string, Moments, Moments, string]>([
    [
      'never the clock of a lowcore with the time of a crash',
      [lowcore(0, early)],
      [crash('2026-01-01T00:00:01Z')],
      'which of the two was taken first cannot be determined: they record moments of different clocks (last_update_clock of the lowcores, time of the crash)',
    ],
    [
      'the crash where only one has lowcores',
      [lowcore(0, early), crash('2026-01-01T00:00:01Z')],
      [crash('2026-01-01T00:00:01Z')],
      'both record the same time of the crash',
    ],
    ['two crashes in whole seconds', [crash('2026-01-01T00:00:01Z')], [crash('2026-01-01T00:00:04Z')], 'the crash of the right dump was 3 s later'],
    [
      'the lowcores that both have',
      [lowcore(1, late), lowcore(0, early)],
      [lowcore(0, early)],
      'both are of the same moment (last_update_clock of the lowcores)',
    ],
    [
      'no lowcores of different CPUs',
      [lowcore(1, late)],
      [lowcore(0, early)],
      'which of the two was taken first cannot be determined: last_update_clock of the lowcores is known for different CPUs',
    ],
  ])('compares %s', (_what, left, right, text) => {
    expect(comparability({ ...dump(), moments: left }, { ...dump(), moments: right }).remarks).toEqual([{ kind: 'time-order', text }]);
  });
});

describe('the older of two dumps', () => {
  const at = (iso: string): readonly [RecordedMoment] => [{ clock: 'dump-start', iso }];
  const [early, late] = [at('2026-01-01T00:00:00Z'), at('2026-01-01T00:00:20Z')];

  it('is named by one clock of both, with the times', () => {
    expect(timeOrder(early, late)).toMatchObject({ order: 'left-older', apart: '20.0 s', clock: 'dump-start', left: early[0].iso, right: late[0].iso });
    expect(timeOrder(late, early)).toMatchObject({ order: 'right-older', left: late[0].iso, right: early[0].iso });
    expect(timeOrder(late, late)).toMatchObject({ order: 'same' });
  });
  it('is not named where no clock of both proves it', () => {
    const crashed = [{ clock: 'crash', iso: '2026-01-01T00:00:00Z' } as const];
    expect(timeOrder([], late)).toEqual({ order: 'unknown', text: 'one of the dumps does not record when it was taken', right: late[0].iso });
    expect(timeOrder([], [])).toEqual({ order: 'unknown', text: 'neither dump records when it was taken' });
    expect(timeOrder(crashed, late).order).toBe('unknown');
    // One crash may be dumped twice.
    expect(timeOrder(crashed, crashed).order).toBe('unknown');
  });
});

describe('a section without differences', () => {
  it('says so only about itself, and what one of the dumps lacks', () => {
    const remarks: readonly CompareRemark[] = [
      { kind: 'only-in-one', section: 'osinfo', text: 'os_info is only in the left dump' },
      { kind: 'time-order', text: 'both are of the same moment (clock)' },
    ];
    expect(nothingDiffers('notes', remarks)).toBe('Notes: nothing differs.');
    expect(nothingDiffers('osinfo', remarks)).toBe('os_info cannot be compared: os_info is only in the left dump.');
  });
});

describe('rules', () => {
  it.each([
    ['lowcore.exit_timer', 'lowcore.*_timer', true],
    ['lowcore.exit_timer2', 'lowcore.*_timer', false],
    ['a', '*', true],
    ['', '*', true],
    ['abcabc', 'a*c', true],
    ['abcabd', 'a*c', false],
    ['abc', 'a*b*c*', true],
    ['a.b', 'a?b', false],
  ])('%s fits %s: %s', (text, pattern, fits) => {
    expect(fitsPattern(text, pattern)).toBe(fits);
  });
  it('a pattern made to take forever does not', () => {
    expect(fitsPattern('a'.repeat(5000), `${'a*'.repeat(100)}b`)).toBe(false);
  });
  it('mark what they cover with the name of the first that does', () => {
    const rules = {
      schema: 1 as const,
      name: 'quiet',
      rules: [
        { name: 'clocks', preset: 'timers' as const },
        { name: 'all', fields: ['lowcore.*'] },
      ],
    };
    const marked = markIgnored(rules, 'lowcore', [{ field: 'exit_timer', left: '1', right: '2' }, { field: 'lpp' }]);
    expect(marked.map(({ ignoredBy }) => ignoredBy)).toEqual(['clocks', 'all']);
    expect(markIgnored(rules, 'cpus', [{ field: 'timer' }, { field: 'r2' }]).map(({ ignoredBy }) => ignoredBy)).toEqual(['clocks', undefined]);
  });
});
