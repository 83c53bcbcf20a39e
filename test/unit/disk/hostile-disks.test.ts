/** Tables that are damaged or made to mislead: each opens by what is left, or ends with an error that names the place, and none takes long. */
import { describe, expect, it } from 'vitest';
import { openDump } from '../../../src/analysis/formats/index.ts';
import type { ByteSource } from '../../../src/analysis/source/byte-source.ts';
import { memorySource } from '../../../src/analysis/source/memory-source.ts';
import { ckdImage, compressedCkdImage } from '../../../src/samples/ckd-image.ts';
import { cdlDisk } from '../../../src/samples/dasd-disk.ts';
import { gptDisk, mbrDisk } from '../../../src/samples/partition-table.ts';
import { s390Ext } from '../../../src/samples/s390-ext.ts';
import { s390xSystem } from '../../../src/samples/s390x-system.ts';
import { isDumpError, type DumpError } from '../../../src/shared/dump-error.ts';
import { memoryDigest } from '../../memory-digest.ts';

const dump = s390Ext(s390xSystem({ cpuCount: 1 }));
const reference = memoryDigest(openDump(memorySource('dump', dump)));

/** Counts reads: a table that misleads must not be followed for ever. */
function counted(bytes: Uint8Array): { readonly source: ByteSource; readonly reads: () => number } {
  const inner = memorySource('disk.img', bytes);
  let reads = 0;
  return {
    reads: () => reads,
    source: {
      ...inner,
      readInto(offset, target) {
        reads += 1;
        return inner.readInto(offset, target);
      },
    },
  };
}

const changed = (bytes: Uint8Array, ...changes: readonly (readonly [at: number, digits: string])[]): Uint8Array => {
  const copy = Buffer.from(bytes);
  for (const [at, digits] of changes) copy.set(Buffer.from(digits, 'hex'), at < 0 ? copy.length + at : at);
  return copy;
};

function failure(disk: Uint8Array): DumpError {
  const { source, reads } = counted(disk);
  try {
    openDump(source);
  } catch (error) {
    expect(reads()).toBeLessThan(10_000);
    if (isDumpError(error)) return error;
    throw error;
  }
  throw new Error('the disk opened');
}

const gpt = gptDisk([{ data: dump }]);
const sector = 512;

describe('a GPT that is damaged', () => {
  it.each([
    ['signature', changed(gpt, [sector, '00'])],
    ['CRC of the header', changed(gpt, [sector + 0x28, 'ff'])],
    ['its own sector', changed(gpt, [sector + 0x18, '07'])],
    ['CRC of the entries', changed(gpt, [2 * sector + 32, 'ff'])],
    ['2^32 entries', changed(gpt, [sector + 0x50, 'ffffffff'])],
    ['a whole sector of zeros', changed(gpt, [sector, '00'.repeat(sector)])],
  ])('opens by its backup: %s', (_, disk) => {
    const image = openDump(memorySource('disk.img', disk));
    expect(memoryDigest(image)).toBe(reference);
    expect(image.findings.map(({ id, title }) => [id, title])).toEqual([['container-complete/disk', 'The partition table is damaged, and its backup is used']]);
  });

  it('in both copies is an error that names the place', () => {
    const error = failure(changed(gpt, [sector + 0x28, 'ff'], [-sector + 0x28, 'ff']));
    expect(error.kind).toBe('corrupt');
    expect(error.where).toEqual({ file: 'disk.img', offset: 512 });
    expect(error.what).toMatch(/a GPT that cannot be used: its CRC is 0x[0-9a-f]+, that of its bytes 0x[0-9a-f]+; the backup: its CRC is /);
  });

  it('without any copy says that the boot record names one', () => {
    const error = failure(changed(gpt, [sector, '00'.repeat(sector)], [-sector, '00'.repeat(sector)]));
    expect(error.what).toMatch(/says that it has a GPT, but none is there/);
  });

  it('cut off within the partition: the dump is cut off', () => {
    const image = openDump(memorySource('disk.img', gpt.subarray(0, gpt.length - (1 << 20))));
    expect(image.container.complete.value).toBe(false);
  });

  it('overlapping entries hold one dump each', () => {
    const overlapping = gptDisk(
      [
        { data: dump, start: 100 },
        { data: new Uint8Array(4096), start: 100 },
      ].reverse(),
    );
    expect(failure(changed(overlapping)).message).toMatch(/a disk with a GPT with 2 dumps: 1 \(.*\), 2 \(/);
  });
});

describe('an MBR that misleads', () => {
  const logical = mbrDisk([{ data: new Uint8Array(512).fill(1) }, { data: new Uint8Array(512).fill(2), logical: true }, { data: dump, logical: true }]);
  const extended = Buffer.from(logical).readUInt32LE(446 + 16 + 8);
  const links = extended * sector;

  it('a chain that leads back to its first link ends there', () => {
    // The second entry of the second link: the next one is 0 sectors from the extended partition.
    const second = links + Buffer.from(logical).readUInt32LE(links + 446 + 16 + 8) * sector;
    const image = openDump(memorySource('disk.img', changed(logical, [second + 446 + 16 + 4, '05'], [second + 446 + 16 + 8, '0000000010000000'])));
    expect(memoryDigest(image)).toBe(reference);
    expect(image.findings.map(({ title }) => title)).toEqual(['The chain of logical partitions leads back to itself']);
  });

  it('a link that is no boot record ends the chain, and what comes after is not known', () => {
    expect(failure(changed(logical, [links + 510, '0000'])).message).toMatch(/a disk with an MBR partition table with no dump on it: partition 1/);
  });

  it('the boot sector of a file system is no table', () => {
    const boot = changed(new Uint8Array(1 << 16), [0, 'eb3c90'], [446, 'a1b2c3d4e5f60718293a4b5c6d7e8f90'.repeat(4)], [510, '55aa']);
    expect(failure(boot).kind).toBe('not-this-format');
  });

  it('entries that reach beyond the disk are cut at its end', () => {
    const disk = mbrDisk([{ data: dump }]);
    expect(memoryDigest(openDump(memorySource('disk.img', changed(disk, [446 + 12, 'ffffffff']))))).toBe(reference);
  });
});

describe('a DASD that is damaged', () => {
  const cdl = cdlDisk([{ data: dump }]);
  const track = 12 * 4096;

  it.each([
    [
      'no VTOC where the label says',
      changed(cdl, [2 * 4096 + 15, '00ff']),
      /points to a VTOC in cylinder 255, head 1, record 1, where there is none/,
      2 * 4096,
    ],
    ['no format 4 label', changed(cdl, [track, '00']), /points to a VTOC/, 2 * 4096],
    ['no volume label', changed(cdl, [2 * 4096, '00'.repeat(8)]), /its volume label is damaged or missing/, 2 * 4096],
  ])('%s', (_, disk, what, offset) => {
    const error = failure(disk);
    expect(error.message).toMatch(what);
    expect(error.where).toEqual({ file: 'disk.img', offset });
  });

  it.each([
    ['a partition that ends before it begins', changed(cdl, [track + 3 * 4096 + 0x6f, '0000']), []],
    ['a partition after the end of the disk', changed(cdl, [track + 3 * 4096 + 0x6b, '0fff'], [track + 3 * 4096 + 0x6f, '0fff']), []],
    ['a VTOC of all cylinders', changed(cdl, [track + 0x6f, 'ffff']), [reference]],
  ])('%s', (_, disk, digests) => {
    const { source, reads } = counted(disk);
    const found: string[] = [];
    try {
      found.push(memoryDigest(openDump(source)));
    } catch (error) {
      if (!isDumpError(error)) throw error;
      expect(error.kind).toBe('absent');
    }
    expect(found).toEqual(digests);
    expect(reads()).toBeLessThan(10_000);
  });
});

describe('images of Hercules that are damaged', () => {
  const image = ckdImage(cdlDisk([{ data: dump }]));
  const compressed = compressedCkdImage(cdlDisk([{ data: dump }]));
  const trackAt = 512 + 2 * 56832;

  it.each([
    ['no heads', changed(image, [8, '00000000']), /0 heads/],
    ['tracks of 4 GiB', changed(image, [12, 'ffffffff']), /tracks of 4294967295 bytes/],
    ['one file of several', changed(image, [17, '02']), /file 2 of a CKD image/],
    ['an FBA image', changed(image, [0, Buffer.from('FBA_C370').toString('hex')]), /a disk image of Hercules of the kind FBA_C370/],
    ['other records', changed(image, [trackAt + 5 + 16 + 6, '0800']), /not formatted for Linux/],
    ['2^31 tables', changed(compressed, [516, 'ffffff7f']), /it counts 2147483647 tables/],
    ['cut off in its header', image.subarray(0, 600), /not formatted for Linux|the file ends/],
  ])('%s', (_, disk, what) => {
    expect(failure(disk).message).toMatch(what);
  });

  it('a track that cannot be unpacked takes its blocks, and nothing else', () => {
    // The position of track 40 is in its entry of the first table.
    const at = Buffer.from(compressed).readUInt32LE(1024);
    const place = Buffer.from(compressed).readUInt32LE(at + 40 * 8);
    const whole = openDump(memorySource('disk.img', compressed));
    const damaged = openDump(memorySource('disk.img', changed(compressed, [place + 100, 'ff'.repeat(16)])));
    const [pages, states] = [Math.ceil(Number(damaged.memory.end) / 4096), new Uint8Array(Math.ceil(Number(damaged.memory.end) / 4096))];
    const bytes = new Uint8Array(pages * 4096);
    damaged.memory.readPages(0, bytes, states);
    const lost = states.filter((state) => state === 4).length;
    expect(lost).toBeGreaterThan(0);
    expect(lost).toBeLessThanOrEqual(13);
    expect(memoryDigest(whole)).toBe(reference);
  });
});
