/** Whole disks on the command line: the record of zipl, one of several dumps by its name, a set in a folder of disks, offsets in the partition. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cdlBlocks, cdlDisk } from '../../../src/samples/dasd-disk.ts';
import { elfVmcore } from '../../../src/samples/elf-vmcore.ts';
import { gptDisk } from '../../../src/samples/partition-table.ts';
import { s390Ext } from '../../../src/samples/s390-ext.ts';
import { s390MvExt } from '../../../src/samples/s390-mv.ts';
import { s390xSystem } from '../../../src/samples/s390x-system.ts';
import type { Info } from '../../../src/shared/model.ts';
import { runInProcess } from '../../cli-in-process.ts';
import { scratchFolder } from '../../scratch-folder.ts';

describe('disks on the command line', () => {
  const folder = scratchFolder();
  const system = s390xSystem({ cpuCount: 2 });
  const dump = s390Ext(system);
  const at = (name: string): string => join(folder, name);
  const infoOf = async (path: string): Promise<Info> => {
    const { code, out, err } = await runInProcess(['info', path, '--json']);
    expect([code, err]).toEqual([0, '']);
    return JSON.parse(out) as Info;
  };
  writeFileSync(at('dump.s390'), dump);
  writeFileSync(at('dasd.img'), cdlDisk([{ data: dump }], { zipl: { noCompress: true } }));
  writeFileSync(
    at('several.img'),
    gptDisk([
      { data: dump, name: 'one' },
      { data: elfVmcore(system), name: 'two' },
    ]),
  );

  it('info shows the disk and what zipl left on it, with its source', async () => {
    const { container, provenance, file } = await infoOf(at('dasd.img'));
    expect(file.path).toBe(at('dasd.img'));
    expect(container.disk).toMatchObject({ layout: 'cdl', volume: '0X0201', partition: { number: 1, offset: 98304 } });
    expect(container.dumpDevice).toMatchObject({ tool: 'eckd', version: 2, unlimited: true, noCompress: true });
    expect(provenance?.['/container/dumpDevice']?.source).toBe('record of zipl on the disk');
    const { out } = await runInProcess(['triage', at('dasd.img')]);
    expect(out).toContain('disk: partition 1 (LINUX.V0X0201.PART0001.NATIVE), ECKD DASD, compatible disk layout, volume 0X0201');
    expect(out).toMatch(
      /prepared by zipl: single-volume ECKD DASD dump tool, version 2, s390x, no size limit, no compression, blocks 24 to \d+, when it was prepared is not recorded/,
    );
    const report = await runInProcess(['report', at('dasd.img'), '--format', 'markdown']);
    expect(report.out).toMatch(/Prepared by zipl.*single-volume ECKD DASD dump tool/);
  });

  it('identity, dump key and file offsets are those of the partition', async () => {
    const bytes = async (path: string): Promise<string> => (await runInProcess(['read', path, 'file:0x38', '--length', '8', '--json'])).out;
    expect(await bytes(at('dasd.img'))).toBe(await bytes(at('dump.s390')));
    const both = await runInProcess(['compare', at('dasd.img'), at('dump.s390')]);
    expect(both.code).toBe(0);
  });

  it('one of several dumps is named after FILE!, and the error lists them', async () => {
    const { code, out, err } = await runInProcess(['info', at('several.img'), '--json']);
    expect(code).toBe(3);
    expect(JSON.parse(out)).toMatchObject({
      error: {
        kind: 'several',
        holder: 'a disk with a GPT',
        choices: [
          { member: '1', name: 'one' },
          { member: '2', name: 'two' },
        ],
      },
    });
    expect(err).toContain('as in ');
    const { container, file } = await infoOf(`${at('several.img')}!two`);
    expect([container.format, container.disk?.partition.number]).toEqual(['elf-vmcore', 2]);
    expect(file.path).toBe(`${at('several.img')}!two`);
  });

  it('an output is never written over the disk that was read', async () => {
    const { code, err } = await runInProcess(['report', `${at('several.img')}!1`, '--output', at('several.img'), '--force']);
    expect([code, err]).toEqual([2, expect.stringContaining('which is an input of this command')]);
  });

  it('a folder of whole disks is a set, and named volumes may be disks', async () => {
    const tracks = 90;
    const partitions = s390MvExt(system, { partitions: [tracks * 12 * 4096, tracks * 12 * 4096] });
    const volumes = partitions.map((_, index) => ({ devno: 0x201 + index, ...cdlBlocks(tracks) }));
    mkdirSync(at('set'));
    mkdirSync(at('apart'));
    partitions.forEach((data, index) => {
      const disk = cdlDisk([{ data, tracks }], { volume: `0X020${index + 1}`, zipl: { volumes, time: 1772368496000000n } });
      writeFileSync(at(`set/vol${index}.img`), disk);
      writeFileSync(at(`${index === 0 ? 'apart' : ''}vol${index}.img`), disk);
    });
    const { container } = await infoOf(at('set'));
    expect(container).toMatchObject({ format: 's390-mv-ext', complete: true, dumpDevice: { installed: '2026-03-01T12:34:56.000000Z' } });
    expect(container.volumes?.map(({ path }) => path)).toEqual([at('set/vol0.img'), at('set/vol1.img')]);
    const named = await runInProcess(['info', at('apartvol0.img'), '--volume', `${at('vol1.img')}!1`, '--json']);
    expect(named.code).toBe(0);
    expect((JSON.parse(named.out) as Info).container.complete).toBe(true);
    const verified = await runInProcess(['verify', at('set/vol1.img'), '--quick']);
    expect(verified.err).toBe('');
  });
});
