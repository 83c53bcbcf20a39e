import { describe, expect, it } from 'vitest';
import type { CpuJson, PswJson } from '../../../src/shared/cpu-model.ts';
import { resolveGoTo } from '../../../src/renderer/state/go-to.ts';

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
    // Numbers are Linux CPU numbers where all CPUs have one: CPU 1 is the first in the dump.
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
  ])('refuses %j in words', (text, words) => {
    const answer = resolveGoTo(text, 'absolute', cpus);
    expect(answer.ok ? '' : answer.message).toMatch(words);
  });
});
