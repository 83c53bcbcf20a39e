/** As what a dropped file can be attached: never a dump, however much its beginning says. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { lookAtGiven } from '../../../src/analysis/engine/beside/look-at-given.ts';
import { bundledSamples } from '../../../src/samples/bundled.ts';
import { kernelSymbols } from '../../../src/samples/s390x-symbol-table.ts';
import { s390xSystem, sampleBuildId } from '../../../src/samples/s390x-system.ts';
import { dumpEntries, dumpFile } from '../../dumps.ts';
import { scratchFolder } from '../../scratch-folder.ts';
import { describedVmlinux } from '../kernel/described-vmlinux.ts';

const folder = scratchFolder();
const kindOf = async (name: string, content: string | Uint8Array): Promise<string | undefined> => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return (await lookAtGiven(path)).attach;
};

describe('a dropped file', () => {
  it('is what its name says when it begins so, and a map or vmcoreinfo under any name', async () => {
    const { mapping } = s390xSystem();
    const vmlinux = describedVmlinux({ symbols: kernelSymbols(mapping), buildId: sampleBuildId });
    expect(await kindOf('vmlinux-6.1', vmlinux)).toBe('vmlinux');
    // Any program is an ELF file: the name has to say that it is a kernel.
    expect(await kindOf('program', vmlinux)).toBeUndefined();
    expect(await kindOf('names.txt', '0000000000100000 T _stext\n')).toBe('systemMap');
    expect(await kindOf('note.txt', 'OSRELEASE=6.1.130\nPAGESIZE=4096\n')).toBe('vmcoreinfo');
    expect(await kindOf('dmesg.txt', '[    0.000000] Linux version 6.1.130 (a) #1 SMP\n[    1.000000] up\n')).toBe('dmesg');
    expect(await kindOf('letter.txt', 'Dear engineer\n')).toBeUndefined();
    expect(await lookAtGiven(join(folder, 'none'))).toEqual({ path: join(folder, 'none') });
    expect(await lookAtGiven(folder)).toEqual({ path: folder });
  });

  it('that is a dump is opened', async () => {
    for (const { name, bytes } of bundledSamples()) expect(await kindOf(name, bytes), name).toBeUndefined();
    for (const { name } of dumpEntries.filter(({ how }) => how !== 'derived').slice(0, 6))
      expect((await lookAtGiven(await dumpFile(name))).attach, name).toBeUndefined();
  });
});
