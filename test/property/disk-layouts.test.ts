/** A dump in any partition of a disk of any layout, among others: it opens with the memory that it has alone. */
import { expect, it } from 'vitest';
import { openDump } from '../../src/analysis/formats/index.ts';
import { memorySource } from '../../src/analysis/source/memory-source.ts';
import { ckdImage, compressedCkdImage } from '../../src/samples/ckd-image.ts';
import { cdlDisk } from '../../src/samples/dasd-disk.ts';
import { elfVmcore } from '../../src/samples/elf-vmcore.ts';
import { gptDisk, mbrDisk, type SamplePartition } from '../../src/samples/partition-table.ts';
import { s390Ext } from '../../src/samples/s390-ext.ts';
import { s390Standalone } from '../../src/samples/s390-standalone.ts';
import { s390xSystem } from '../../src/samples/s390x-system.ts';
import { seededRandom } from '../../src/samples/seeded-random.ts';
import { memoryDigest } from '../memory-digest.ts';

const system = s390xSystem({ cpuCount: 1 });
const dumps = [s390Ext(system), s390Standalone(system), elfVmcore(system)].map((bytes) => ({
  bytes,
  digest: memoryDigest(openDump(memorySource('dump', bytes))),
}));

it.each(Array.from({ length: 24 }, (_, seed) => seed))('from seed %i', (seed) => {
  const random = seededRandom(seed);
  const { bytes, digest } = dumps[random.below(dumps.length)] ?? expect.unreachable();
  const others = random.below(5);
  const at = random.below(others + 1);
  const partitions = Array.from({ length: others + 1 }, (_, index): SamplePartition => {
    const filling = new Uint8Array(1 + random.below(40_000)).fill(random.below(256));
    return { data: index === at ? bytes : filling, name: `part ${index}`, logical: index > 1 };
  });
  const sector = random.below(2) === 0 ? 512 : 4096;
  const gap = random.below(30);
  const layout = random.below(5);
  const disk =
    layout === 0
      ? gptDisk(partitions, { sector, gap })
      : layout === 1
        ? mbrDisk(partitions, { sector, gap })
        : cdlDisk(partitions.map(({ data }, index) => ({ data, format: (seed + index) % 3 === 0 ? 8 : 1 })));
  const shown = layout === 3 ? ckdImage(disk) : layout === 4 ? compressedCkdImage(disk) : disk;
  const image = openDump(memorySource('disk.img', shown));
  expect(memoryDigest(image)).toBe(digest);
  expect(image.container.disk?.partition.number).toBe(layout === 1 && at > 1 ? 3 + at : at + 1);
  expect(image.container.disk?.partitions).toBe(partitions.length);
});
