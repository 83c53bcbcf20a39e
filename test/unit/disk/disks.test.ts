import { describe, expect, it } from 'vitest';
import { openDump } from '../../../src/analysis/formats/index.ts';
import type { ByteSource } from '../../../src/analysis/source/byte-source.ts';
import { memorySource } from '../../../src/analysis/source/memory-source.ts';
import { ckdImage, compressedCkdImage } from '../../../src/samples/ckd-image.ts';
import { cdlBlocks, cdlDisk, cdlTracks, fbaDisk, ldlDisk } from '../../../src/samples/dasd-disk.ts';
import { elfVmcore } from '../../../src/samples/elf-vmcore.ts';
import { ext4Image } from '../../../src/samples/ext4-image.ts';
import { ngdump } from '../../../src/samples/ngdump.ts';
import { gptDisk, mbrDisk } from '../../../src/samples/partition-table.ts';
import { s390Ext } from '../../../src/samples/s390-ext.ts';
import { s390MvExt } from '../../../src/samples/s390-mv.ts';
import { s390Standalone } from '../../../src/samples/s390-standalone.ts';
import { s390xSystem } from '../../../src/samples/s390x-system.ts';
import { scsiSuperblock, ziplScsiBootInfo } from '../../../src/samples/zipl-record.ts';
import { DumpError, SeveralDumps } from '../../../src/shared/dump-error.ts';
import { memoryDigest } from '../../memory-digest.ts';

const system = s390xSystem({ cpuCount: 2 });
const memoryBytes = system.memory.size;
const dump = s390Ext(system);
const elf = elfVmcore(system);
const reference = memoryDigest(openDump(memorySource('dump', dump)));
const rootSystem = ext4Image([{ name: 'vmlinuz', data: new Uint8Array(5000).fill(7) }]);
/** zipl ran on 2026-03-01 at 12:34:56.789012 UTC. */
const prepared = 1772368496789012n;

const opened = (disk: Uint8Array, member?: string) =>
  openDump(memorySource('disk.img', disk), { companions: () => [], ...(member === undefined ? {} : { members: new Map([['disk.img', member]]) }) });
function failure(disk: Uint8Array, member?: string): DumpError {
  try {
    opened(disk, member);
  } catch (error) {
    if (error instanceof DumpError) return error;
    throw error;
  }
  throw new Error('the disk opened');
}

describe('a disk with one dump opens', () => {
  it.each([
    ['GPT', gptDisk([{ data: rootSystem }, { data: dump, name: 'dump', number: 5 }]), { layout: 'gpt', partitions: 2, number: 5, name: 'dump' }],
    ['GPT, sectors of 4096', gptDisk([{ data: rootSystem }, { data: dump }], { sector: 4096 }), { layout: 'gpt', partitions: 2, number: 2, blockBytes: 4096 }],
    ['MBR', mbrDisk([{ data: rootSystem }, { data: dump }]), { layout: 'mbr', partitions: 2, number: 2 }],
    ['MBR, sectors of 4096', mbrDisk([{ data: rootSystem }, { data: dump }], { sector: 4096 }), { layout: 'mbr', number: 2, blockBytes: 4096 }],
    [
      'MBR, logical',
      mbrDisk([{ data: rootSystem }, { data: rootSystem, logical: true }, { data: rootSystem, logical: true }, { data: dump, logical: true }]),
      { layout: 'mbr', partitions: 4, number: 7 },
    ],
    [
      'CDL',
      cdlDisk([{ data: rootSystem }, { data: dump }]),
      { layout: 'cdl', number: 2, volume: '0X0201', name: 'LINUX.V0X0201.PART0002.NATIVE', blockBytes: 4096 },
    ],
    [
      'CDL, label of format 8',
      cdlDisk([
        { data: rootSystem, format: 8 },
        { data: dump, format: 8 },
      ]),
      { layout: 'cdl', partitions: 2, number: 2 },
    ],
    ['LDL', ldlDisk(dump), { layout: 'ldl', number: 1, volume: '0X0202' }],
    ['LDL of before large volumes', ldlDisk(dump, { withoutSize: true }), { layout: 'ldl', number: 1 }],
    ['FBA', fbaDisk(dump), { layout: 'fba', number: 1, blockBytes: 512 }],
    ['CKD image', ckdImage(cdlDisk([{ data: dump }])), { layout: 'cdl', image: 'ckd', volume: '0X0201' }],
    ['compressed CKD image', compressedCkdImage(cdlDisk([{ data: dump }])), { layout: 'cdl', image: 'cckd' }],
  ])('%s', (_, disk, wanted) => {
    const image = opened(disk);
    expect(memoryDigest(image)).toBe(reference);
    expect(image.container.complete.value).toBe(true);
    const { partition, ...rest } = image.container.disk ?? expect.unreachable();
    expect({ ...rest, ...partition }).toMatchObject(wanted);
    expect(image.findings).toEqual([]);
  });

  it.each([
    ['plain', s390Standalone(system), 's390'],
    ['ELF, as the SCSI dump tool writes it', elf, 'elf-vmcore'],
    ['NGDump', ngdump(system), 'ngdump'],
  ])('of the kind %s', (_, content, format) => {
    const image = opened(gptDisk([{ data: rootSystem }, { data: content }]));
    expect(image.format).toBe(format);
    expect(memoryDigest(image)).toBe(memoryDigest(openDump(memorySource('dump', content))));
  });

  it('with bytes after its end, and with a hole where it is sparse', () => {
    const disk = gptDisk([{ data: dump }], { gap: 100 });
    expect(memoryDigest(opened(Buffer.concat([disk, new Uint8Array(12345).fill(0xaa)])))).toBe(reference);
  });

  it('an ext4 file system with files of other kinds is no dump', () => {
    expect(failure(rootSystem).message).toMatch(/image of a file system or a volume. What helps: mount it read-only/);
    expect(failure(gptDisk([{ data: rootSystem }])).message).toMatch(
      /a disk with a GPT with no dump on it: partition 1, .*, Linux file system: ext file system/,
    );
  });
});

describe('several dumps on a disk', () => {
  const disk = gptDisk([{ data: dump, name: 'first' }, { data: rootSystem }, { data: elf, name: 'second' }]);

  it('are listed to choose from', () => {
    const error = failure(disk);
    if (!(error instanceof SeveralDumps)) throw error;
    expect(error.several.choices.map(({ member, name, title }) => [member, name, title])).toEqual([
      ['1', 'first', 's390 stand-alone dump (extended)'],
      ['3', 'second', 'ELF vmcore'],
    ]);
    expect(error.message).toBe(
      'disk.img: a disk with a GPT with 2 dumps: 1 (first, s390 stand-alone dump (extended)), 3 (second, ELF vmcore) (expected the name of one of them, as in disk.img!1)',
    );
  });

  it.each([
    ['1', 's390-ext'],
    ['3', 'elf-vmcore'],
    ['Second', 'elf-vmcore'],
  ])('one is opened by its name: %s', (member, format) => {
    expect(opened(disk, member).format).toBe(format);
  });

  it('a name that none has, and a partition without a dump, are said', () => {
    expect(failure(disk, '9').message).toMatch(/has no partition named 9: partition 1 \(first\)/);
    expect(failure(disk, '2').message).toMatch(/no dump on it: partition 2, .*ext file system/);
  });

  it('a data set can also be named by its last part', () => {
    const dasd = cdlDisk([{ data: dump }, { data: elf }]);
    expect(opened(dasd, 'PART0002').format).toBe('elf-vmcore');
    expect(opened(dasd, 'linux.v0x0201.part0001.native').format).toBe('s390-ext');
  });

  it('a file that is no disk has no parts', () => {
    expect(failure(dump, '1').message).toMatch(/it is one dump \(s390-ext\), and has no part named 1/);
  });
});

describe('the record of zipl', () => {
  it('of a single ECKD volume', () => {
    const { dumpDevice } = opened(cdlDisk([{ data: dump }], { zipl: { noCompress: true } })).container;
    const blocks = cdlBlocks(cdlTracks(dump.length));
    expect(dumpDevice?.value).toEqual({ tool: 'eckd', version: 2, arch: 's390x', unlimited: true, noCompress: true, ...blocks, blockBytes: 4096 });
  });

  it('of an FBA disk, whose dumper is at its end, and of its partition alone', () => {
    const disk = fbaDisk(undefined, { sizeLimit: 0x4000_0000n });
    expect(opened(fbaDisk(dump)).container.dumpDevice?.value).toMatchObject({
      tool: 'fba',
      version: 1,
      arch: 's390x',
      unlimited: true,
      startBlock: 2,
      blockBytes: 512,
    });
    expect(failure(disk).message).toMatch(
      /an FBA DASD without a label, prepared by zipl for the FBA DASD dump tool, no dump written in partition 1 .*size limit 1 GiB/,
    );
    expect(failure(disk.subarray(1024)).message).toMatch(
      /a partition that zipl prepared for a dump, and no dump in it \(FBA DASD dump tool, version 1, size limit 1 GiB/,
    );
  });

  it('of the Linux disk layout: a dump overwrites the dumper, and the blocks stay known', () => {
    expect(opened(ldlDisk(dump, { zipl: {} })).container.dumpDevice?.value).toMatchObject({ tool: 'eckd', arch: 's390x', startBlock: 3 });
    const error = failure(ldlDisk(undefined, { zipl: { sizeLimit: 0x1000_0000n } }));
    expect(error.kind).toBe('absent');
    expect(error.message).toMatch(/prepared by zipl for the single-volume ECKD DASD dump tool, no dump written .*version 2.*size limit 256 MiB/);
  });

  it('of a SCSI disk', () => {
    const disk = mbrDisk([{ data: elf, start: 64 }], {
      finish: (bytes) => {
        bytes.set(ziplScsiBootInfo(0x1000), 0x70);
        bytes.set(scsiSuperblock(64 * 512, 0x100000, 0x8000_0000), 0x1000);
        return bytes;
      },
    });
    expect(opened(disk).container.dumpDevice?.value).toEqual({
      tool: 'scsi',
      version: 1,
      arch: 's390x',
      sizeLimit: 0x8000_0000,
      startBlock: 64,
      endBlock: 64 + 2047,
      blockBytes: 512,
    });
  });

  it('a disk that is prepared and holds no dump says so', () => {
    const error = failure(cdlDisk([{ data: new Uint8Array(), tracks: 40 }], { zipl: { sizeLimit: 0x2000_0000n } }));
    expect(error.kind).toBe('absent');
    expect(error.where).toEqual({ file: 'disk.img', offset: 2 * 12 * 4096 });
    expect(error.message).toMatch(
      /prepared by zipl for the single-volume ECKD DASD dump tool, no dump written in partition 1 \(LINUX\.V0X0201\.PART0001\.NATIVE\) .*size limit 512 MiB/,
    );
    const other = failure(cdlDisk([{ data: rootSystem }], { zipl: {} }));
    expect(other.message).toMatch(/prepared by zipl for .*, but what is in partition 1 .* is not a dump: ext file system/);
  });

  it('NGDump is the tool where its file system is', () => {
    expect(opened(gptDisk([{ data: ngdump(system) }])).container.dumpDevice?.value).toEqual({ tool: 'ngdump', version: 1 });
  });

  it('NGDump that is prepared and holds no dump says so', () => {
    expect(failure(gptDisk([{ data: ngdump(system, { prepared: true }) }])).message).toMatch(/prepared for NGDump, but holds no dump/);
  });

  const ids = (disk: Uint8Array): readonly string[] => opened(disk).findings.map(({ id, title }) => `${id}: ${title}`);
  it.each([
    ['a limit that fits', { sizeLimit: BigInt(memoryBytes) }, []],
    [
      'a limit below what was dumped',
      { sizeLimit: BigInt(memoryBytes / 2) },
      ['container-complete/size-limit: The dump is larger than the size limit on its disk'],
    ],
    [
      'a last block before the end of the dump',
      { endBlock: 30 },
      ['container-complete/dump-device: The dump continues after the blocks that its dumper may write'],
    ],
    [
      'more blocks than the partition has',
      { endBlock: 1 << 20 },
      ['container-complete/dump-device: The record on the disk allows more than the partition has'],
    ],
  ])('is held against the dump: %s', (_, zipl, wanted) => {
    expect(ids(cdlDisk([{ data: dump }], { zipl }))).toEqual(wanted);
  });

  it('a dump that was limited says what was left out', () => {
    // Whole MiB, as memory is.
    const half = 0x400000n;
    const limited = s390Ext(system, { header: { memSize: half } });
    expect(ids(cdlDisk([{ data: limited }], { zipl: { sizeLimit: half } }))).toEqual(['container-complete/size-limit: Memory was left out on purpose']);
    expect(ids(cdlDisk([{ data: limited }], { zipl: {} }))).toEqual([
      'container-complete/size-limit: The dump was limited, but the record on its disk has no limit',
    ]);
  });

  it('a dump that did not fit', () => {
    const cut = dump.subarray(0, dump.length - (1 << 20));
    const disk = cdlDisk([{ data: cut, tracks: Math.floor(cut.length / (12 * 4096)) + 1 }], { zipl: {} });
    expect(ids(disk.subarray(0, 2 * 12 * 4096 + cut.length))).toContain('container-complete/dump-device: The dump did not fit into its partition');
  });
});

describe('a set of volumes that are whole disks', () => {
  const tracks = 90;
  const partitions = s390MvExt(system, { partitions: [tracks * 12 * 4096, tracks * 12 * 4096, tracks * 12 * 4096] });
  const volumes = partitions.map((_, index) => ({ devno: 0x201 + index, ...cdlBlocks(tracks) }));
  const disk = (index: number, time = prepared): Uint8Array =>
    cdlDisk([{ data: partitions[index] ?? new Uint8Array(), tracks }], { volume: `0X020${index + 1}`, zipl: { volumes, time, force: true } });
  const sources = (third = disk(2)): readonly ByteSource[] => [disk(0), disk(1), third].map((bytes, index) => memorySource(`vol${index}.img`, bytes));
  const openSet = (files: readonly ByteSource[], first: number) => {
    const own = files[first] ?? expect.unreachable();
    return openDump(own, { companions: () => files.filter((one) => one !== own) });
  };

  it.each([0, 1, 2])('opens with any of them: %i', (first) => {
    const image = openSet(sources(), first);
    expect(memoryDigest(image)).toBe(
      memoryDigest(
        openDump(memorySource('p0', partitions[0] ?? new Uint8Array()), {
          companions: () => partitions.slice(1).map((one, at) => memorySource(`p${at + 1}`, one)),
        }),
      ),
    );
    expect(image.container.complete.value).toBe(true);
    const used = (image.container.volumes ?? []).map(({ path }) => path);
    expect([...used, ...(image.container.unused ?? [])].sort()).toEqual(['vol0.img', 'vol1.img', 'vol2.img']);
    expect(image.container.dumpDevice?.value).toMatchObject({
      tool: 'eckd-mv',
      version: 2,
      force: true,
      installed: '2026-03-01T12:34:56.789012Z',
      volumes: [{ busId: '0.0.0201' }, { busId: '0.0.0202' }, { busId: '0.0.0203' }],
    });
    expect(image.findings.filter(({ severity }) => severity !== 'info')).toEqual([]);
  });

  it('a disk and partitions of the same set go together', () => {
    const [, second = new Uint8Array(), third = new Uint8Array()] = partitions;
    const image = openSet([memorySource('vol0.img', disk(0)), memorySource('p1', second), memorySource('p2', third)], 0);
    expect(image.container.complete.value).toBe(true);
  });

  it('disks that were not prepared together are reported', () => {
    const image = openSet([memorySource('vol0.img', disk(0)), memorySource('vol1.img', disk(1, prepared + 1_000_000n)), memorySource('vol2.img', disk(2))], 0);
    expect(image.findings.map(({ id }) => id)).toContain('volume-set/prepared-apart');
  });

  it('a disk of a set on which nothing was written says so', () => {
    const unused = s390MvExt(system, { partitions: [64 << 20, tracks * 12 * 4096] })[1] ?? new Uint8Array();
    expect(failure(cdlDisk([{ data: unused, tracks }], { zipl: { volumes } })).message).toMatch(/prepared for a multi-volume dump but not needed/);
  });
});
