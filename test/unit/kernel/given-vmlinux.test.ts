/** A vmlinux that the user puts next to a dump: what it adds, and how another kernel's is reported. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readVmlinux } from '../../../src/analysis/kernel/given/vmlinux.ts';
import { memorySource } from '../../../src/analysis/source/memory-source.ts';
import { elfVmcore } from '../../../src/samples/elf-vmcore.ts';
import { kernelSymbols } from '../../../src/samples/s390x-symbol-table.ts';
import { s390xSystem, sampleBuildId, type S390xSystem } from '../../../src/samples/s390x-system.ts';
import { seededRandom } from '../../../src/samples/seeded-random.ts';
import { isDumpError } from '../../../src/shared/dump-error.ts';
import { runInProcess } from '../../cli-in-process.ts';
import { scratchFolder } from '../../scratch-folder.ts';
import { btfBlob, printkTypes, type DescribedType } from './described-btf.ts';
import { describedVmlinux, type DescribedVmlinux } from './described-vmlinux.ts';

const folder = scratchFolder();
const write = (name: string, content: Uint8Array | string): string => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};

/** A kernel that does not publish its symbols, and the same one linked 0x8000 below where it ran. */
const system: S390xSystem = s390xSystem({ kernel: '5.15' });
const dump = write('old.vmcore', elfVmcore(system));
const shift = 0x8000n;
const symbols = kernelSymbols(system.mapping).map((one) => ({ ...one, address: one.address - shift }));
const panic = (kernelSymbols(system.mapping).find(({ name }) => name === 'panic')?.address ?? 0n).toString(16).padStart(16, '0');
const vmlinux = (name: string, parts: Partial<DescribedVmlinux> = {}): string => write(name, describedVmlinux({ symbols, buildId: sampleBuildId, ...parts }));
const run = async (command: string, ...rest: readonly string[]) => runInProcess([command, dump, ...rest]);
const release = /^OSRELEASE=(.*)$/m.exec(system.vmcoreinfo ?? '')?.[1] ?? '';

describe('a vmlinux', () => {
  it('names addresses of a kernel that does not publish its symbols, moved to where it ran', async () => {
    const file = vmlinux('vmlinux');
    expect(await run('symbols', 'panic', '--vmlinux', file)).toMatchObject({ code: 0, out: `${panic} T panic\n` });
    const { source } = JSON.parse((await run('symbols', 'panic', '--vmlinux', file, '--json')).out) as { source: string };
    expect(source).toContain(`${file} (its build ID is that of vmcoreinfo), moved by 0x8000`);
    // Without the kernel's own bytes it says the same.
    const debug = vmlinux('vmlinux.debug', { debugOnly: true, banner: 'not in the file' });
    expect((await run('symbols', 'panic', '--vmlinux', debug)).out).toBe(`${panic} T panic\n`);
  });

  it('leads to what only variables tell: modules, and names in backtraces', async () => {
    const file = vmlinux('vmlinux-state');
    const { source } = JSON.parse((await run('modules', '--vmlinux', file, '--json')).out) as { source: string };
    expect(source).toBe('symbol modules');
    expect((await run('backtrace', '--task', '2', '--vmlinux', file)).out).toContain('kthreadd+0x56');
  });

  it('has no names longer than a kernel allows: one without an end must not be read again for every symbol', () => {
    const long = 'x'.repeat(2000);
    const file = describedVmlinux({ symbols: [...symbols, { type: 'T', name: long, address: 0x10_0000n }] });
    const { names } = readVmlinux(memorySource('long', file)).symbols;
    expect(names).toContain('Tpanic');
    expect(names.filter((name) => name?.includes('xxx'))).toEqual([]);
  });

  it('gives types, which have to agree with vmcoreinfo', async () => {
    const file = vmlinux('vmlinux-btf', { btf: btfBlob('big', printkTypes) });
    const { code, out } = await run('struct', 'prb_desc', '--vmlinux', file, '--json');
    expect({ code, answer: JSON.parse(out) as unknown }).toMatchObject({
      code: 0,
      answer: { size: 24, source: expect.stringContaining(`.BTF of ${file}`) as unknown },
    });
    const differing = printkTypes.map((type): DescribedType => (type.is === 'struct' && type.name === 'prb_desc' ? { ...type, size: 32 } : type));
    const other = vmlinux('vmlinux-other-btf', { btf: btfBlob('big', differing) });
    // What is wrong with the file that was named comes before what memory lacks.
    expect(await run('struct', 'prb_desc', '--vmlinux', other)).toMatchObject({
      code: 3,
      err: expect.stringMatching(/\.BTF of .*vmlinux-other-btf is not this kernel's: SIZE\(prb_desc\) is 24 .*; no BTF was found in memory/) as unknown,
    });
    expect((await run('struct', 'prb_desc', '--vmlinux', vmlinux('vmlinux-no-btf'))).err).toContain('vmlinux-no-btf has no section .BTF');
  });

  const another: readonly (readonly [string, Partial<DescribedVmlinux>, string])[] = [
    ['another build ID', { buildId: '00'.repeat(20) }, 'its build ID is 0000'],
    ['the release of another kernel', { banner: 'Linux version 4.4.0 (a@b) #1' }, 'the dump is of'],
    ['another machine', { machine: 62, endian: 'little' }, 'it is for x86_64, the dump is of s390x'],
    ['no _stext', { symbols: symbols.filter(({ name }) => name !== '_stext') }, 'it has no _stext'],
  ];
  it.each(another)('with %s is refused', async (_, parts, why) => {
    const file = write('other', describedVmlinux({ symbols, ...parts }));
    expect(await run('symbols', 'panic', '--vmlinux', file)).toMatchObject({ code: 3, out: '', err: expect.stringContaining(why) as unknown });
  });

  it('without a build ID is held against the release; without that, it says that nothing was compared', async () => {
    const named = write('named', describedVmlinux({ symbols, banner: `Linux version ${release} (a@b) #1` }));
    expect((await run('symbols', 'panic', '--vmlinux', named, '--json')).out).toContain('its banner has the release of vmcoreinfo');
    const bare = write('bare', describedVmlinux({ symbols }));
    expect((await run('symbols', 'panic', '--vmlinux', bare, '--json')).out).toContain('not proven to be of this kernel');
  });

  it('of a kernel whose own symbols are elsewhere is refused', async () => {
    const newer = s390xSystem({ kernel: '6.1' });
    const own = write('new.vmcore', elfVmcore(newer));
    const wrong = kernelSymbols(newer.mapping).map((one) => (one.name === 'panic' ? { ...one, address: one.address + 8n } : one));
    const file = write('vmlinux-wrong', describedVmlinux({ symbols: wrong }));
    expect(await runInProcess(['symbols', own, 'panic', '--vmlinux', file])).toMatchObject({
      code: 3,
      err: expect.stringContaining('panic is at another address') as unknown,
    });
  });

  it('that is none, or damaged, is refused with what is wrong', async () => {
    expect(await run('symbols', 'panic', '--vmlinux', write('text', 'just text'))).toMatchObject({
      code: 3,
      err: expect.stringContaining('not a 64-bit ELF file') as unknown,
    });
    expect(await run('symbols', 'panic', '--vmlinux', join(folder, 'missing'))).toMatchObject({ code: 3 });
    expect(await run('symbols', 'panic', '--vmlinux', folder)).toMatchObject({ code: 3 });
    const whole = describedVmlinux({ symbols: symbols.slice(0, 40), buildId: sampleBuildId, btf: btfBlob('big', printkTypes), banner: 'Linux version x' });
    for (let length = 0; length < whole.length; length += 61) expect(() => readVmlinux(memorySource('cut', whole.subarray(0, length)))).toThrow();
    const random = seededRandom(5);
    for (let round = 0; round < 400; round += 1) {
      const bytes = Uint8Array.from(whole);
      for (let at = 0; at < 6; at += 1) {
        const inHeaders = random.below(2) === 0;
        bytes[inHeaders ? random.below(64) : whole.length - 1 - random.below(11 * 64)] = random.below(256);
      }
      try {
        readVmlinux(memorySource('damaged', bytes));
      } catch (error) {
        expect(isDumpError(error), String(error)).toBe(true);
      }
    }
  });
});
