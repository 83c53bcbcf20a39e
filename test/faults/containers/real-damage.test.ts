/**
 * Real dumps cut and damaged through the source layer: findings or a DumpError, soon, in little memory, and never a wrong page
 * where the container has a check that tells.
 */
import { describe, expect, it } from 'vitest';
import { sessionOn, type Session } from '../../../src/analysis/engine/session/session.ts';
import { describeDump } from '../../../src/analysis/engine/triage/info.ts';
import { checkSession } from '../../../src/analysis/engine/integrity/check-session.ts';
import { openFile } from '../../../src/analysis/source/file-source.ts';
import { truncatedSource } from '../../../src/analysis/source/memory-source.ts';
import type { ByteSource } from '../../../src/analysis/source/byte-source.ts';
import { isDumpError } from '../../../src/shared/dump-error.ts';
import { pageSize } from '../../../src/shared/units.ts';
import { dumpEntries, dumpFile } from '../../dumps.ts';
import { patchedSource, type BytePatch } from '../../patched-source.ts';
import { everything, randomFor, runs, sample } from '../../run-size.ts';

/** Wall-clock time of one look at one damaged dump. */
const limitMs = 2000;
const limitBytes = 256 << 20;
const mebibyte = 1 << 20;
const testTimeout = everything ? 1_800_000 : 900_000;

const sets: Readonly<Record<string, readonly string[]>> = {
  'o-s390-s3-kdump-split-1': ['o-s390-s3-kdump-split-2'],
  'o-herc-mv-ext-vol0.s390': ['o-herc-mv-ext-vol1.s390', 'o-herc-mv-ext-vol2-unused.s390'],
};
const alreadyInSet = new Set(Object.values(sets).flat());
const whole = dumpEntries.filter(({ name, how }) => how !== 'derived' && !alreadyInSet.has(name));
/** The normal run takes a few of the large ones, and every kind of container. */
const small = whole.filter(({ name }) => /^o-herc-|-kdump-|-d31$|kdump-zlib$/.test(name));
const chosen = everything
  ? whole
  : [
      ...small,
      ...sample(
        whole.filter((one) => !small.includes(one)),
        6,
        'damaged dumps',
      ),
    ];

interface Opened {
  readonly source: ByteSource;
  readonly companions: readonly ByteSource[];
  readonly close: () => void;
}

async function open(name: string): Promise<Opened> {
  const files = await Promise.all([name, ...(sets[name] ?? [])].map(async (one) => openFile(await dumpFile(one), { cacheBlocks: 32 })));
  const [source, ...companions] = files;
  if (source === undefined) throw new Error('no file');
  return {
    source,
    companions,
    close: () => {
      for (const file of files) file.close();
    },
  };
}

/** Everything that the first screen asks, and the extents. Undefined: refused. */
async function look(source: ByteSource, companions: readonly ByteSource[], what: string): Promise<Session | undefined> {
  const started = process.cpuUsage();
  const before = process.memoryUsage.rss();
  try {
    const session = sessionOn(source, undefined, { companions: () => companions });
    describeDump(session);
    await checkSession(session, 'headers', new AbortController().signal);
    expect([...session.image.memory.extents].at(-1)?.end ?? 0n).toBe(session.image.memory.end);
    return session;
  } catch (error) {
    if (!isDumpError(error)) throw new Error(`${what}: ${String(error)}`, { cause: error });
    return undefined;
  } finally {
    const { user, system } = process.cpuUsage(started);
    expect((user + system) / 1000, what).toBeLessThan(limitMs);
    expect(process.memoryUsage.rss() - before, what).toBeLessThan(limitBytes);
  }
}

/** Addresses at which the damaged dump has other bytes than the sound one. */
function wrongPages(damaged: Session, sound: Session, pfns: readonly number[]): number[] {
  return pfns.filter((pfn) => {
    const address = BigInt(pfn) * BigInt(pageSize);
    const now = damaged.memory.readPresent(address, pageSize);
    const before = now === undefined ? undefined : sound.memory.readPresent(address, pageSize);
    return now !== undefined && (before === undefined || Buffer.compare(now, before) !== 0);
  });
}

describe.skipIf(chosen.length === 0)('damaged real dumps', () => {
  if (chosen.length === 0) it('needs the real dumps', () => undefined);
  it.each(chosen.map((entry) => [entry.name]))(
    '%s: cut anywhere, it contains what it reports',
    async (name) => {
      const { source, companions, close } = await open(name);
      try {
        const sound = await look(source, companions, 'uncut');
        if (sound === undefined) throw new Error('the whole dump was refused');
        const random = randomFor(`real cuts ${name}`);
        const early = Array.from({ length: Math.min(mebibyte, source.size) / 4096 }, (_, index) => index * 4096);
        const anywhere = Array.from({ length: runs(8, 200) }, () => random.below(source.size));
        const pages = Number(sound.image.memory.end / BigInt(pageSize));
        for (const cut of [...sample(early, 12, `early cuts ${name}`), ...anywhere]) {
          const what = `cut to ${cut} of ${source.size} bytes`;
          const damaged = await look(truncatedSource(source, cut), companions, what);
          if (damaged === undefined) continue;
          expect(
            wrongPages(
              damaged,
              sound,
              Array.from({ length: 12 }, () => random.below(pages)),
            ),
            what,
          ).toEqual([]);
        }
      } finally {
        close();
      }
    },
    testTimeout,
  );

  it.each(chosen.map((entry) => [entry.name]))(
    '%s: no field of its headers misleads',
    async (name) => {
      const { source, companions, close } = await open(name);
      try {
        const sound = await look(source, companions, 'sound');
        const places = (sound?.image.structures ?? []).flatMap(({ where, fields }) =>
          where !== undefined && 'fileOffset' in where
            ? fields.filter(({ size }) => size <= 8).map((field) => ({ name: field.name, offset: where.fileOffset + field.offset, size: field.size }))
            : [],
        );
        const values = [0, 1, 0xff].flatMap((fill) => places.map((place) => ({ ...place, fill })));
        for (const { name: field, offset, size, fill } of sample(values, 25, `fields ${name}`)) {
          // 1 is the number, not a pattern; it is at the end in big-endian files, at the start in the others.
          const bytes =
            fill === 1
              ? Uint8Array.from({ length: size }, (_, index) => Number(index === (sound?.image.machine.endian === 'little' ? 0 : size - 1)))
              : new Uint8Array(size).fill(fill);
          await look(patchedSource(source, [{ offset, bytes }]), companions, `${field} = ${Buffer.from(bytes).toString('hex')}`);
        }
      } finally {
        close();
      }
    },
    testTimeout,
  );

  it.each(chosen.filter(({ name }) => /-kdump-zlib|kdump-split/.test(name)).map((entry) => [entry.name]))(
    '%s: a flipped bit of a compressed page makes it unreadable, not wrong',
    async (name) => {
      const { source, companions, close } = await open(name);
      try {
        const sound = await look(source, companions, 'sound');
        if (sound === undefined) throw new Error('the whole dump was refused');
        const random = randomFor(`flips ${name}`);
        const stored = [...sound.image.memory.extents].filter((extent) => extent.state === 'stored');
        const pfns = Array.from({ length: 400 }, () => {
          const extent = stored[random.below(stored.length)];
          return extent === undefined ? 0 : Number(extent.start / BigInt(pageSize)) + random.below(Number((extent.end - extent.start) / BigInt(pageSize)));
        });
        for (let round = 0; round < runs(6, 200); round += 1) {
          // From the middle of the file on there are page data only; raw pages among them have no check.
          const patches: BytePatch[] = Array.from({ length: 200 }, () => {
            const offset = (source.size >> 1) + random.below(source.size >> 1);
            const byte = new Uint8Array(1);
            source.readInto(offset, byte);
            return { offset, bytes: byte.map((value) => value ^ (1 << random.below(8))) };
          });
          const damaged = await look(patchedSource(source, patches), companions, 'flipped bits');
          if (damaged === undefined) continue;
          for (const pfn of wrongPages(damaged, sound, pfns)) {
            const page = sound.memory.readPresent(BigInt(pfn) * BigInt(pageSize), pageSize);
            const other = damaged.memory.readPresent(BigInt(pfn) * BigInt(pageSize), pageSize);
            // One bit for one bit: a page that is stored raw.
            const bits = page === undefined || other === undefined ? 99 : page.reduce((sum, byte, index) => sum + bitCount(byte ^ (other[index] ?? 0)), 0);
            expect(bits, `page 0x${pfn.toString(16)}`).toBeLessThan(20);
          }
        }
      } finally {
        close();
      }
    },
    testTimeout,
  );
});

const bitCount = (byte: number): number => byte.toString(2).replaceAll('0', '').length;
