/** Dumps of several files: order, missing ones, ones of other runs, each told apart. */
import { describe, expect, it } from 'vitest';
import { dumpIdentity } from '../../../src/analysis/formats/dump-identity.ts';
import { openDump } from '../../../src/analysis/formats/index.ts';
import type { DumpImage } from '../../../src/analysis/formats/dump-format.ts';
import { volumeSet } from '../../../src/analysis/integrity/checks/volume-set.ts';
import type { CheckContext } from '../../../src/analysis/integrity/check.ts';
import { memorySource } from '../../../src/analysis/source/memory-source.ts';
import { buildCaseFiles } from '../../../src/samples/case-text.ts';
import { flatten } from '../../../src/samples/flatten.ts';
import { kdumpSplitSet } from '../../../src/samples/kdump-compressed.ts';
import { s390Mv, s390MvExt } from '../../../src/samples/s390-mv.ts';
import { s390xSystem } from '../../../src/samples/s390x-system.ts';
import { expectSoundExtents, wrongPages } from './described-memory.ts';

const mib = 0x100000;
const system = s390xSystem({ cpuCount: 2 });
const later = s390xSystem({ cpuCount: 2, time: system.dumpTime + 500 });
const inCrashkernel = (pfn: number): boolean =>
  system.crashkernel !== undefined && pfn * 4096 >= system.crashkernel.start && pfn * 4096 < system.crashkernel.start + system.crashkernel.size;

interface Kind {
  readonly format: string;
  readonly files: readonly Uint8Array[];
  readonly ofAnotherRun: Uint8Array;
  /** The dump describes memory that it does not hold. */
  readonly absent?: (pfn: number) => 'missing' | undefined;
}

const partitions = { 's390-mv-ext': [3 * mib, 3 * mib, 6 * mib, 2 * mib], 's390-mv': [3 * mib, 2 * mib, 6 * mib, 2 * mib] };
const kinds: readonly Kind[] = [
  {
    format: 's390-mv-ext',
    files: s390MvExt(system, { partitions: partitions['s390-mv-ext'] }),
    ofAnotherRun: s390MvExt(later, { partitions: partitions['s390-mv-ext'] })[1] ?? new Uint8Array(),
  },
  {
    format: 's390-mv',
    files: s390Mv(system, { partitions: partitions['s390-mv'] }),
    ofAnotherRun: s390Mv(later, { partitions: partitions['s390-mv'] })[1] ?? new Uint8Array(),
  },
  {
    format: 'kdump-compressed',
    files: kdumpSplitSet(system, {}, [0x200, 0x500]),
    ofAnotherRun: kdumpSplitSet(later, {}, [0x200, 0x500])[1] ?? new Uint8Array(),
    absent: (pfn) => (inCrashkernel(pfn) ? 'missing' : undefined),
  },
];

/** As each part arrives over the network. */
const flattenedKinds: readonly Kind[] = kinds.map((kind) => ({
  ...kind,
  files: kind.files.map((file, index) => (index === 1 ? file : flatten(file, { backwards: index === 2 }))),
  ofAnotherRun: flatten(kind.ofAnotherRun),
}));

const sourceOf = (bytes: Uint8Array, index: number | string) => memorySource(`file-${index}`, bytes);
const open = (files: readonly Uint8Array[], named = true): DumpImage => {
  const [first, ...others] = files.map(sourceOf);
  if (first === undefined) throw new Error('no file');
  return openDump(first, { companions: () => others, named });
};
const ids = (image: DumpImage): string[] => image.findings.map((finding) => `${finding.severity} ${finding.id}`);
const verdict = (image: DumpImage) => volumeSet.run({ image } as CheckContext);

describe.each([
  ...kinds.map((kind) => [kind.format, kind.format, kind] as const),
  ...flattenedKinds.map((kind) => [`${kind.format} with flattened parts`, kind.format, kind] as const),
])('%s', (_, format, { files, ofAnotherRun, absent }) => {
  const used = files.length === 4 ? ['info volume-set/unused'] : [];

  it('opens as one dump', () => {
    const image = open(files);
    expect(image.format).toBe(format);
    expect(image.container.complete.value).toBe(true);
    expect(wrongPages(image.memory, { memory: system.memory, ...(absent === undefined ? {} : { absent }) })).toEqual([]);
    expectSoundExtents(image.memory);
    expect(ids(image)).toEqual(used);
    expect(verdict(image)).toMatchObject({ verdict: 'passed' });
  });

  it('is the same dump from whichever file, in whichever order', () => {
    const reversed = open([...files].reverse());
    expect(wrongPages(reversed.memory, { memory: system.memory, ...(absent === undefined ? {} : { absent }) })).toEqual([]);
    expect(dumpIdentity(reversed)).toBe(dumpIdentity(open(files)));
    expect(ids(reversed)).toContain('info volume-set/order');
    expect(reversed.container.complete.value).toBe(true);
    expect(ids(open([...files].reverse(), false))).not.toContain('info volume-set/order');
  });

  it.each([0, 1, 2])('tells that file %i is missing', (missing) => {
    const image = open(files.filter((_, index) => index !== missing));
    expect(image.container.complete.value).toBe(false);
    expect(ids(image).filter((id) => /^error volume-set\/(missing-part|no-last-volume)/.test(id)).length).toBeGreaterThan(0);
    expect(verdict(image)).toMatchObject({ verdict: 'failed' });
    expect(dumpIdentity(image)).not.toBe(dumpIdentity(open(files)));
    // What is shown as there is right: nothing is called zero because a volume is not at hand.
    const wrong = wrongPages(image.memory, { memory: system.memory, ...(absent === undefined ? {} : { absent }) });
    expect(wrong.length).toBeGreaterThan(0);
    expect(wrong.filter((one) => !one.endsWith('missing instead of bytes'))).toEqual([]);
  });

  it('does not use a file of another run, and complains only of one that was named', () => {
    const mixed = files.map((file, index) => (index === 1 ? ofAnotherRun : file));
    expect(ids(open(mixed))).toContain('error volume-set/other-run');
    const beside = open([...files, ofAnotherRun], false);
    expect(ids(beside)).toContain('info volume-set/other-run');
    expect(beside.container.complete.value).toBe(true);
    expect(beside.container.unused).toContain(`file-${files.length}`);
  });

  it('takes the first of two copies, and tells a file that is something else', () => {
    const [first = new Uint8Array()] = files;
    const image = open([...files, first, new Uint8Array(5000)]);
    expect(ids(image)).toEqual(expect.arrayContaining(['warning volume-set/duplicate', 'error volume-set/no-volume']));
    // What the set itself names as left out; a file that it does not know may be a dump of its own.
    expect(image.container.unused?.slice(-2)).toEqual([`file-${files.length}`, `file-${files.length + 1}`]);
    const unknown = open([...files, new Uint8Array(5000)], false);
    expect(ids(unknown)).toEqual(used);
    expect(unknown.container.unused).toHaveLength(used.length);
  });
});

describe('an unused volume', () => {
  const [, , , unused = new Uint8Array()] = kinds[0]?.files ?? [];

  it('says so when it is alone', () => {
    expect(() => open([unused])).toThrow(/not needed: it holds no data/);
  });
});

describe('a case text of a set', () => {
  it('makes files that belong together', () => {
    const files = [...buildCaseFiles('system healthy\nformat s390-mv-ext partitions=4MiB,8MiB\n').values()];
    expect(open(files).container.volumes?.map((volume) => volume.number)).toEqual([0, 1]);
  });
});

describe('a flattened part of a split set', () => {
  const [first, second, third] = kdumpSplitSet(system, {}, [0x200, 0x500]);
  if (first === undefined || second === undefined || third === undefined) throw new Error('no parts');

  it('that is cut makes the set incomplete, and is named', () => {
    const stream = flatten(third);
    const image = open([first, flatten(second), stream.subarray(0, stream.length - 5000)]);
    expect(image.container.complete).toMatchObject({ value: false, source: expect.stringContaining('flattened parts') as string });
    expect(image.findings[0]).toMatchObject({
      id: 'container-complete/flattened-stream',
      severity: 'error',
      detail: expect.stringMatching(/^file-2: the record at .* is cut off/) as string,
    });
    expect(
      wrongPages(open([first, flatten(second), stream]).memory, { memory: system.memory, absent: (pfn) => (inCrashkernel(pfn) ? 'missing' : undefined) }),
    ).toEqual([]);
  });

  it('is listed with the bytes of its file, the first one too', () => {
    const files = [flatten(first), flatten(second, { recordSize: 4096 }), third];
    expect(open(files).container.volumes?.map(({ bytes }) => bytes)).toEqual(files.map(({ length }) => length));
  });

  it('of another set, or with a broken header, is named where it was given', () => {
    const [, other] = kdumpSplitSet(later, {}, [0x200, 0x500]);
    const brokenStream = flatten(third);
    brokenStream[23] = 9;
    expect(ids(open([first, second, third, flatten(other ?? third)]))).toContain('error volume-set/other-run');
    expect(ids(open([first, second, third, brokenStream]))).toContain('error volume-set/no-volume');
  });
});

describe('a flattened header without records', () => {
  it.each([true, false])('is refused as what it is, with an end record: %s', (endRecord) => {
    expect(() => openDump(sourceOf(flatten(new Uint8Array(0), { endRecord }), 0))).toThrow(/makedumpfile stream that ends after its header: it has no record/);
  });

  it('among the files of a set is not part of it', () => {
    const files = kdumpSplitSet(system, {}, [0x200, 0x500]);
    expect(ids(open([...files, flatten(new Uint8Array(0))]))).toContain('error volume-set/no-volume');
    expect(ids(open([...files, flatten(new Uint8Array(0))], false))).not.toContain('error volume-set/no-volume');
  });
});
