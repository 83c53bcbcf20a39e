/** What a user puts next to a dump: a System.map, the text of a VMCOREINFO note. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { elfVmcore } from '../../../src/samples/elf-vmcore.ts';
import { kernelSymbols } from '../../../src/samples/s390x-symbol-table.ts';
import { s390xSystem, type S390xSystem } from '../../../src/samples/s390x-system.ts';
import { runInProcess } from '../../cli-in-process.ts';
import { scratchFolder } from '../../scratch-folder.ts';

const folder = scratchFolder();
const write = (name: string, content: Uint8Array | string): string => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};
/** Link-time addresses: `shift` below where the kernel ran. */
const systemMap = (system: S390xSystem, shift: bigint): string =>
  kernelSymbols(system.mapping)
    .map(({ address, type, name }) => `${(address - shift).toString(16).padStart(16, '0')} ${type} ${name}\n`)
    .join('');

describe('a System.map', () => {
  const old = s390xSystem({ kernel: '5.15' });
  const dump = write('old.vmcore', elfVmcore(old));
  const panic = kernelSymbols(old.mapping).find(({ name }) => name === 'panic')?.address ?? 0n;

  it('gives names to a kernel that does not publish its own, moved to where it ran', async () => {
    expect(await runInProcess(['symbols', dump, 'panic'])).toMatchObject({ code: 3, err: expect.stringContaining('--system-map') as string });
    const map = write('System.map', systemMap(old, 0x8000n));
    const { code, out } = await runInProcess(['symbols', dump, 'panic', '--system-map', map]);
    expect({ code, out }).toEqual({ code: 0, out: `${panic.toString(16).padStart(16, '0')} T panic\n` });
    const asked = (panic + 6n).toString(16);
    expect((await runInProcess(['symbols', dump, `0x${asked}`, '--system-map', map])).out).toBe(`${asked.padStart(16, '0')} T panic+0x6\n`);
  });

  it('that is none is refused with the line', async () => {
    const map = write('no.map', '0000000000100000 T _stext\nthis is no symbol\n');
    expect(await runInProcess(['symbols', dump, 'panic', '--system-map', map])).toMatchObject({ code: 3, err: expect.stringContaining('line 2') as string });
    expect(await runInProcess(['symbols', dump, 'panic', '--system-map', join(folder, 'missing')])).toMatchObject({ code: 3 });
  });
});

describe('a vmcoreinfo text', () => {
  const system = s390xSystem();
  const memory = system.memory.fill(0xe0c, 8, 0);
  const lost = write('lost.vmcore', elfVmcore({ ...system, memory }, { producer: 'qemu' }));

  it('takes the place of a pointer that is lost; without it memory is scanned', async () => {
    const text = write('vmcoreinfo.txt', system.vmcoreinfo ?? '');
    const given = await runInProcess(['dmesg', lost, '--vmcoreinfo', text, '--json']);
    const scanned = await runInProcess(['dmesg', lost, '--json']);
    const read = (out: string): { vmcoreinfo: string; records: unknown[] } => JSON.parse(out) as { vmcoreinfo: string; records: unknown[] };
    expect(read(given.out).vmcoreinfo).toBe('file vmcoreinfo.txt');
    expect(read(scanned.out).vmcoreinfo).toContain('found by its text');
    expect(read(scanned.out).records).toEqual(read(given.out).records);
    expect(read(given.out).records).toHaveLength(8);
  });

  it('is found by its text, its copies compared', async () => {
    const { code, out } = await runInProcess(['vmcoreinfo', lost, '--json']);
    expect({ code, source: (JSON.parse(out) as { source: string }).source }).toEqual({
      code: 0,
      source: expect.stringContaining('found by its text') as string,
    });
    const other = s390xSystem();
    // A copy of another boot, page-aligned, far from the kernel's own.
    other.memory.text(0x65_0000, (other.vmcoreinfo ?? '').replace(/PAGESIZE=\d+/, 'PAGESIZE=8192'));
    const twice = write('twice.vmcore', elfVmcore(other));
    const found = await runInProcess(['vmcoreinfo', twice, '--copies', '--json']);
    const { copies } = JSON.parse(found.out) as { copies: { address: string; differing: string[] }[] };
    expect(copies.find(({ address }) => address === '0x650000')?.differing).toEqual(['PAGESIZE']);
    expect((await runInProcess(['vmcoreinfo', twice, '--copies'])).out).toContain('differs in PAGESIZE');
  });

  it('that is none is refused', async () => {
    const text = write('other.txt', 'just text\n');
    expect(await runInProcess(['dmesg', lost, '--vmcoreinfo', text])).toMatchObject({ code: 3, err: expect.stringContaining('OSRELEASE') as string });
  });
});

describe('dmesg', () => {
  const dump = write('log.vmcore', elfVmcore(s390xSystem()));

  it('shows the graver records only when asked', async () => {
    const { out } = await runInProcess(['dmesg', dump, '--level', 'emerg']);
    expect(out).toBe('[   27.541294] Kernel panic - not syncing: sysrq triggered crash\n');
    expect((await runInProcess(['dmesg', dump, '--level', '5', '--caller'])).out.split('\n')[0]).toMatch(/^\[ {4}0\.080380\] \[ {6}T0\] Linux version/);
    expect(await runInProcess(['dmesg', dump, '--level', 'loud'])).toMatchObject({ code: 2 });
  });
});
