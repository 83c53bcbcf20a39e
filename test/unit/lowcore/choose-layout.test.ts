/** The layout of a lowcore by evidence, with and without the kernel's release. */
import { describe, expect, it } from 'vitest';
import { chooseLowcoreLayout, givenLowcoreLayout, layoutOfRelease } from '../../../src/analysis/arch/s390x/lowcore/choose-layout.ts';
import { lowcoreKernels } from '../../../src/analysis/arch/s390x/lowcore/fields.ts';
import { describeLowcores } from '../../../src/analysis/engine/machine/lowcore.ts';
import { caseSession } from '../../case-answers.ts';

function lowcoreOf(kernel: string): { readonly bytes: Uint8Array; readonly end: bigint } {
  const session = caseSession('system.dump', `# a system\nsystem healthy kernel=${kernel}\nformat s390\n`);
  const bytes = session.memory.readPresent(BigInt(session.cpuSet.cpus[0]?.prefix ?? '0x0'), 0x2000);
  if (bytes === undefined) throw new Error('the builder wrote no lowcore');
  return { bytes, end: session.memory.end };
}

describe('the layout of a lowcore', () => {
  it.each(lowcoreKernels)('is found for Linux %s by its release, and confirmed', (kernel) => {
    const { bytes, end } = lowcoreOf(kernel);
    const choice = chooseLowcoreLayout(bytes, { release: `${kernel}.0-17-generic`, memoryEnd: end });
    expect(choice.kernel).toBe(kernel);
    expect(choice.confidence).toBeGreaterThan(0.8);
    expect(choice.tests.find(({ check }) => check === 'release')).toMatchObject({ passed: true });
    expect(choice.tests.find(({ check }) => check === 'stacks')).toMatchObject({ passed: true });
  });

  it.each(['3.12', '4.9', '4.19', '5.4', '6.12'] as const)('is found for Linux %s without a release', (kernel) => {
    const { bytes, end } = lowcoreOf(kernel);
    expect(chooseLowcoreLayout(bytes, { memoryEnd: end })).toMatchObject({ kernel, word: 'likely' });
  });

  it('says so when two layouts cannot be told apart: 6.1 and 6.6 differ in the machine-check clock alone', () => {
    const { bytes, end } = lowcoreOf('6.1');
    const choice = chooseLowcoreLayout(bytes, { memoryEnd: end });
    expect(choice).toMatchObject({ word: 'doubtful', confidence: 0.5 });
    expect(choice.tests.at(-1)?.detail).toContain('6.1');
  });

  it('trusts the lowcore more than a release that does not fit', () => {
    const { bytes, end } = lowcoreOf('6.12');
    const choice = chooseLowcoreLayout(bytes, { release: '4.9.0', memoryEnd: end });
    expect(choice.kernel).toBe('6.12');
    expect(choice.word).not.toBe('certain');
    expect(choice.tests.find(({ check }) => check === 'release')).toMatchObject({ passed: false });
  });

  it('recognises what is no lowcore', () => {
    expect(chooseLowcoreLayout(new Uint8Array(0x2000), { memoryEnd: 1n << 20n }).word).toBe('not a Linux lowcore');
    expect(chooseLowcoreLayout(new Uint8Array(0x2000).fill(0x5a), { memoryEnd: 1n << 20n }).word).not.toBe('certain');
  });

  it('takes the nearest older layout for a release in between', () => {
    expect(['3.9.0', '3.12.9', '4.12', '5.14.0-70.el9', '6.8.1', '6.18', '7.0'].map(layoutOfRelease)).toEqual([
      undefined,
      '3.12',
      '4.9',
      '5.4',
      '6.6',
      '6.12',
      '6.19',
    ]);
  });

  it('shows the tests of a given layout too', () => {
    const { bytes, end } = lowcoreOf('6.12');
    const given = givenLowcoreLayout('4.19', bytes, { memoryEnd: end });
    expect(given).toMatchObject({ kernel: '4.19', word: 'given' });
    expect(given.confidence).toBeLessThan(0.6);
  });
});

describe('the engine method lowcore', () => {
  const session = caseSession('system.dump', '# a system\nsystem healthy cpus=2\nformat elf-vmcore producer=kernel\n');
  const prefixes = session.cpuSet.cpus.map(({ prefix }) => prefix);

  it('gives all CPUs, one, or an address', () => {
    expect(describeLowcores(session, {}).cpus.map(({ prefix }) => prefix)).toEqual(prefixes);
    expect(describeLowcores(session, { cpu: 1 }).cpus.map(({ prefix }) => prefix)).toEqual([prefixes[1]]);
    expect(describeLowcores(session, { address: BigInt(prefixes[1] ?? 0) }).cpus[0]).toMatchObject({ id: 1, prefix: prefixes[1] });
    expect(describeLowcores(session, { address: 0n }).cpus[0]).not.toHaveProperty('id');
  });

  it('explains codes', () => {
    const fields = new Map(describeLowcores(session, { cpu: 0 }).cpus[0]?.fields.map(({ name, text }) => [name, text]));
    expect(fields.get('pgm_code')).toBe('page translation');
    expect(fields.get('ext_int_code')).toBe('emergency signal');
    expect(fields.get('machine_flags')).toBe('VM ESOP IDTE TLB_LC VX NX');
    expect(fields.get('trans_exc_code')).toContain('fetch, primary space');
    expect(fields.get('svc_old_psw')).toContain('user code');
    expect(fields.get('kernel_asce')).toContain('region third table');
  });

  it('refuses what cannot be', () => {
    expect(() => describeLowcores(session, { layout: '5.0' })).toThrow(/no lowcore layout "5.0"/);
    expect(() => describeLowcores(session, { address: 1n << 40n })).toThrow(/no lowcore can be there/);
    expect(() => describeLowcores(session, { cpu: 7 })).toThrow(/no CPU 7/);
    const x86 = caseSession('x86.dump', '# x86\narch x86_64\nmemory 64 KiB\ncpu\nformat elf-vmcore\n');
    expect(() => describeLowcores(x86, {})).toThrow(/has no lowcore/);
  });
});
