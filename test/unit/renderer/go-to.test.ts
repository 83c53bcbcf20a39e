import { describe, expect, it } from 'vitest';
import type { CpuJson, PswJson } from '../../../src/shared/cpu-model.ts';
import { addressChoices, resolveGoTo, symbolChoices, symbolQuestion, taskChoices, taskQuestion } from '../../../src/renderer/state/go-to.ts';

const psw = (dat: boolean, address: string): PswJson => ({ mask: '0x0', address, decoded: { dat } as PswJson['decoded'] });
const cpus: readonly CpuJson[] = [
  { id: 0, linuxCpu: 1, prefix: '0x222000', psw: psw(true, '0x110038'), gprs: ['0x1', '0x2'], source: 'note' },
  { id: 1, linuxCpu: 0, prefix: '0x220000', psw: psw(false, '0x9000'), gprs: ['0x3', '0x4'], source: 'note' },
];

describe('go to', () => {
  it.each([
    ['0x1f00', { space: 'file', address: 0x1f00n, length: 1 }],
    ['absolute:0x10', { space: 'absolute', address: 0x10n, length: 1 }],
    ['pfn:2', { space: 'absolute', address: 0x2000n, length: 1 }],
    ['real(1):0x200', { space: 'real', cpu: 1, address: 0x200n, length: 1 }],
    ['real:0x200', { space: 'real', cpu: 0, address: 0x200n, length: 1 }],
    // Numbers are Linux CPU numbers if all CPUs have one: CPU 1 is the first in the dump.
    ['cpu1.lowcore+0x1300', { space: 'absolute', address: 0x223300n, length: 1 }],
    ['cpu1.psw', { space: 'virtual', cpu: 1, address: 0x110038n, length: 1 }],
    ['cpu0.psw', { space: 'real', cpu: 0, address: 0x9000n, length: 1 }],
    ['cpu0.prefix', { space: 'absolute', address: 0x220000n, length: 1 }],
  ])('%s', (text, position) => {
    expect(resolveGoTo(text, 'file', cpus)).toMatchObject({ ok: true, position });
  });

  it.each([
    ['cpu7.r1', /CPU 7/],
    ['cpu0.r9', /r9/],
    ['0x10+junk', /offset/],
    ['', /number/],
    ['0xffffffffffffffff+1', /leaves/],
  ])('rejects %j with a message', (text, words) => {
    const answer = resolveGoTo(text, 'absolute', cpus);
    expect(answer.ok ? '' : answer.message).toMatch(words);
  });
});

describe('the input may mean', () => {
  const read = (text: string) => addressChoices(text, 'virtual', cpus).map(({ title, how }) => [title, how]);
  it.each<[string, readonly (readonly string[])[]]>([
    ['0x519000', [['virtual:0x519000', '']]],
    // Neither reading is chosen silently.
    [
      '519000',
      [
        ['virtual:0x7eb58', 'decimal'],
        ['virtual:0x519000', 'hexadecimal'],
      ],
    ],
    [
      'pfn:10',
      [
        ['absolute:0xa000', 'decimal'],
        ['absolute:0x10000', 'hexadecimal'],
      ],
    ],
    // As listings print them.
    [
      '00519000',
      [
        ['virtual:0x519000', 'hexadecimal'],
        ['virtual:0x7eb58', 'decimal'],
      ],
    ],
    ['00000000 00519000', [['virtual:0x519000', 'hexadecimal']]],
    ['absolute:0000_0000_0051_9000', [['absolute:0x519000', 'hexadecimal']]],
    ['ffffffff81000000', [['virtual:0xffffffff81000000', 'hexadecimal']]],
    ['5', [['virtual:0x5', '']]],
    ['cpu1.prefix', [['absolute:0x222000', '']]],
    ['lowcore+0xe18', [['absolute:0xe18', '']]],
    ['real(0):0x200', [['real(0):0x200', '']]],
    ['schedule', []],
    ['0x10+junk', []],
  ])('%s', (text, expected) => {
    expect(read(text)).toEqual(expected);
  });

  it('a symbol, with an offset or module', () => {
    const symbols = [
      { address: '0x1000', type: 'T', name: 'schedule' },
      { address: '0x3000', type: 't', name: 'schedule_ext' },
      { address: '0x9000', type: 't', name: 'schedule', module: 'fat' },
    ];
    const chosen = (text: string) => {
      const question = symbolQuestion(text);
      return question === undefined ? [] : symbolChoices(question, symbols).map(({ title, position }) => [title, position.address]);
    };
    expect(chosen('sched')).toHaveLength(3);
    expect(chosen('schedule+0x1a/0x40')).toEqual([
      ['schedule+0x1a', 0x101an],
      ['schedule+0x1a [fat]', 0x901an],
    ]);
    expect(chosen('schedule+0x1a/0x40 [fat]')).toEqual([['schedule+0x1a [fat]', 0x901an]]);
    // The other symbol would be before the start of the address space.
    expect(chosen('schedule-0x2000')).toEqual([['schedule-0x2000 [fat]', 0x7000n]]);
    expect(symbolQuestion('cpu0.r15')).toBeUndefined();
  });

  it('a task by its number or name', () => {
    expect(taskQuestion('task: kworker/0')).toBe('kworker/0');
    expect(taskQuestion('PID:42')).toBe('42');
    expect(taskQuestion('taskstats')).toBeUndefined();
    expect(taskChoices([{ address: '0x5000', pid: 1, comm: 'init' }])).toMatchObject([
      { title: 'init (pid 1)', position: { space: 'virtual', address: 0x5000n } },
    ]);
  });
});
