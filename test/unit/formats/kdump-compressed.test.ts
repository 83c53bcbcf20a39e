/** kdump-compressed in every shape that the sheet knows, on builder-made dumps. */
import { describe, expect, it } from 'vitest';
import { openDump } from '../../../src/analysis/formats/index.ts';
import { bitmapCount } from '../../../src/analysis/integrity/checks/bitmap-count.ts';
import { pageDecode } from '../../../src/analysis/integrity/checks/page-decode.ts';
import type { Check, CheckContext, CheckOutcome } from '../../../src/analysis/integrity/check.ts';
import { checkSession } from '../../../src/analysis/engine/integrity/check-session.ts';
import { sessionOn } from '../../../src/analysis/engine/session/session.ts';
import { memorySource } from '../../../src/analysis/source/memory-source.ts';
import { buildCase } from '../../../src/samples/case-text.ts';
import { flatten } from '../../../src/samples/flatten.ts';
import { kdumpCompressed, kdumpSplitSet, type KdumpOptions } from '../../../src/samples/kdump-compressed.ts';
import { MemoryImage } from '../../../src/samples/memory-image.ts';
import { s390xSystem } from '../../../src/samples/s390x-system.ts';
import { expectSoundExtents, wrongPages } from './described-memory.ts';

const system = s390xSystem({ cpuCount: 2 });
const open = (bytes: Uint8Array) => openDump(memorySource('dump', bytes));
const area = system.crashkernel;
const inCrashkernel = (pfn: number): 'missing' | undefined =>
  area !== undefined && pfn * 4096 >= area.start && pfn * 4096 < area.start + area.size ? 'missing' : undefined;
const runCheck = (check: Check, bytes: Uint8Array): CheckOutcome | Promise<CheckOutcome> =>
  check.run({ image: open(bytes), signal: new AbortController().signal } as CheckContext);

const shapes: readonly (readonly [string, KdumpOptions])[] = [
  ...[0, 1, 2, 3, 4, 5, 6].map((version) => [`version ${version}`, { version }] as const),
  ...(['zlib', 'lzo', 'snappy', 'zstd', 'none'] as const).map((codec) => [`pages in ${codec}`, { codec }] as const),
  ...(['32-aligned', '32-packed'] as const).map((words) => [`${words} words`, { words }] as const),
  ['blocks of 64 KiB', { blockSize: 65536 }],
  ['no filter', { dumpLevel: 0 }],
];

describe('kdump-compressed', () => {
  it.each(shapes)('%s: pages, states and checks', async (_name, options) => {
    const bytes = kdumpCompressed(system, options);
    const image = open(bytes);
    expect(image.container).toMatchObject({ complete: { value: true }, version: options.version ?? 6 });
    expect(image.machine.bits).toBe(options.words === undefined ? 64 : 32);
    expect(wrongPages(image.memory, { memory: system.memory, absent: inCrashkernel })).toEqual([]);
    expectSoundExtents(image.memory);
    expect(image.notes.length > 0).toBe((options.version ?? 6) >= 3);
    expect((await runCheck(pageDecode, bytes)).verdict).toBe('passed');
    expect((await runCheck(bitmapCount, bytes)).verdict).toBe('passed');
  });

  it.each(['x86_64', 'aarch64', 'ppc64le'])('little-endian: %s', (arch) => {
    const image = open(buildCase(`arch ${arch}\nmemory 2 MiB\ntext 0x3000 "here"\ncpu\nformat kdump-compressed codec=mixed\n`));
    expect(image.machine).toMatchObject({ arch, endian: 'little', bits: 64 });
    const page = new Uint8Array(4);
    expect(image.memory.read(0x3000n, page)).toEqual([]);
    expect(Buffer.from(page).toString()).toBe('here');
  });

  it('tells excluded, lost, missing and zero pages apart', () => {
    const bytes = kdumpCompressed(system, {
      holes: [{ start: 0x600000, size: 0x10000 }],
      excluded: [{ start: 0x300000, size: 0x8000 }],
      lost: [{ start: 0x310000, size: 0x2000 }],
    });
    const image = open(bytes);
    const state = (pfn: number) =>
      pfn >= 0x600 && pfn < 0x610
        ? ('missing' as const)
        : pfn >= 0x300 && pfn < 0x308
          ? ('excluded' as const)
          : pfn === 0x310 || pfn === 0x311
            ? ('missing' as const)
            : undefined;
    expect(wrongPages(image.memory, { memory: system.memory, absent: state })).toEqual([]);
    expect(image.memory.read(0x310000n, new Uint8Array(4096))[0]?.reason).toMatch(/lost/);
    expect(image.memory.read(0x600000n, new Uint8Array(4096))[0]?.reason).toMatch(/no memory/);
    expect(image.findings.map((finding) => finding.id)).toContain('container-complete/incomplete-flag');
    expect(image.container.complete.value).toBe(false);
  });

  it('with one bitmap calls what is not stored excluded', () => {
    const image = open(kdumpCompressed(system, { singleBitmap: true }));
    expect(wrongPages(image.memory, { memory: system.memory, absent: (pfn) => (inCrashkernel(pfn) === undefined ? undefined : 'excluded') })).toEqual([]);
  });

  it.each([{}, { backwards: true }, { overwritten: true }, { sparse: true }])('as a flattened stream, %o', (how) => {
    const image = open(flatten(kdumpCompressed(system), { recordSize: 50_000, ...how }));
    expect(image.container).toMatchObject({ flattened: true, complete: { value: true } });
    expect(wrongPages(image.memory, { memory: system.memory, absent: inCrashkernel })).toEqual([]);
  });

  it('as a stream without end says so and shows what there is', () => {
    const image = open(flatten(kdumpCompressed(system), { endRecord: false }));
    expect(image.container.complete.value).toBe(false);
    expect(image.findings[0]?.detail).toMatch(/end record is missing/);
    expect(wrongPages(image.memory, { memory: system.memory, absent: inCrashkernel })).toEqual([]);
  });

  it('QEMU leaves names and time empty', () => {
    const image = open(kdumpCompressed(system, { producer: 'qemu' }));
    expect(image.container.producer?.value).toMatch(/QEMU/);
    expect(image.machine.arch).toBe('s390x');
    expect(image.times).toEqual({});
    expect(wrongPages(image.memory, { memory: system.memory })).toEqual([]);
  });

  it('shows erase information', () => {
    const image = open(kdumpCompressed(system, { erase: 'erase secret size 8\n' }));
    expect(image.notes.find((note) => note.owner === 'ERASEINFO')?.desc).toEqual(Uint8Array.from(Buffer.from('erase secret size 8\n')));
  });

  it('calls pages missing, not excluded, whose bits are cut off', () => {
    const bytes = kdumpCompressed(system);
    const image = open(bytes);
    const bitmaps = 4096 * (1 + new DataView(bytes.buffer, bytes.byteOffset).getUint32(432));
    const cut = open(bytes.subarray(0, bitmaps + 4096 + 10));
    expect(image.memory.end).toBe(cut.memory.end);
    expect([...cut.memory.extents].at(-1)).toMatchObject({ start: 80n * 4096n, state: 'missing', reason: 'the file ends before its bit in the bitmap' });
  });

  it('a bit too many or too few in bitmap 2 is found by the check', async () => {
    const bytes = kdumpCompressed(system);
    const at = 4096 * (1 + new DataView(bytes.buffer, bytes.byteOffset).getUint32(432) + 1);
    const stored = bytes[at + 10] ?? 0;
    bytes[at + 10] = stored ^ 1;
    expect(await runCheck(bitmapCount, bytes)).toMatchObject({ verdict: 'failed' });
    bytes[at + 10] = stored;
    // Bitmap 1 says that the page is not there.
    bytes[at - 4096 + 10] = (bytes[at - 4096 + 10] ?? 0) & 0xfe;
    expect(await runCheck(bitmapCount, bytes)).toMatchObject({ verdict: 'failed', findings: [{ id: 'bitmap-count/outside' }] });
  });

  it('bytes between the descriptors and the first data are unused, unless they are descriptors', async () => {
    const bytes = kdumpCompressed(system, { dataAtBlock: true });
    expect(wrongPages(open(bytes).memory, { memory: system.memory, absent: inCrashkernel })).toEqual([]);
    expect((await runCheck(bitmapCount, bytes)).verdict).toBe('passed');
    const bitmap2 = 4096 * (1 + new DataView(bytes.buffer, bytes.byteOffset).getUint32(432) + 1);
    bytes[bitmap2] = (bytes[bitmap2] ?? 0) & 0xfc;
    expect(await runCheck(bitmapCount, bytes)).toMatchObject({ verdict: 'failed', detail: expect.stringContaining('2 descriptors follow there') as string });
  });

  it('a time in the header that is CRASHTIME is a copy of it: no time of the dump, and no witness of the crash', async () => {
    const times = async (bytes: Uint8Array) => {
      const session = sessionOn(memorySource('dump', bytes));
      const [check] = (await checkSession(session, 'headers', new AbortController().signal)).filter(({ id }) => id === 'cross-time');
      return { dumpStart: session.image.times.dumpStart?.value, verdict: check?.verdict, detail: check?.detail };
    };
    const crashed = s390xSystem({ cpuCount: 2, state: 'kdump' });
    const crash = Number(/^CRASHTIME=(\d+)$/m.exec(crashed.vmcoreinfo ?? '')?.[1]);
    const copy = await times(kdumpCompressed(crashed, { headerSeconds: crash }));
    expect(copy).toMatchObject({ dumpStart: undefined, verdict: 'not-recorded', detail: expect.stringContaining('copy of CRASHTIME') as string });
    expect(await times(kdumpCompressed(crashed, { headerSeconds: crash + 7 }))).toMatchObject({ verdict: 'passed' });
    expect(await times(kdumpCompressed(crashed, { headerSeconds: crash - 86_400 }))).toMatchObject({ verdict: 'failed' });
  });

  it('nr_cpus is a count of the notes: it can show that some are lost, and never that none are', async () => {
    const check = async (options: KdumpOptions) => {
      const session = sessionOn(memorySource('dump', kdumpCompressed(system, options)));
      return (await checkSession(session, 'headers', new AbortController().signal)).find(({ id }) => id === 'cross-cpu-count');
    };
    const step = (result: Awaited<ReturnType<typeof check>>) => result?.steps?.find((one) => one.check === 'header and notes');
    expect(step(await check({}))).toMatchObject({ detail: expect.stringContaining('makedumpfile counts the notes') as string });
    expect(step(await check({}))?.passed).toBeUndefined();
    expect(step(await check({ header: { nrCpus: 3 } }))).toMatchObject({ passed: false });
    expect(step(await check({ producer: 'qemu' }))).toMatchObject({ passed: true });
    // Version 3 has no place for notes of CPUs.
    expect(step(await check({ version: 3, header: { nrCpus: 1 } }))).toBeUndefined();
    expect((await check({ version: 3, header: { nrCpus: 1 } }))?.verdict).not.toBe('failed');
  });

  it('a page that does not decode is unreadable, with the reason, and found by the check', async () => {
    const bytes = kdumpCompressed(system);
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    const descriptors = 4096 * (1 + view.getUint32(432) + view.getUint32(436));
    let index = 0;
    while (view.getUint32(descriptors + index * 24 + 12) === 0) index += 1;
    const data = Number(view.getBigUint64(descriptors + index * 24));
    bytes[data + 20] = (bytes[data + 20] ?? 0) ^ 0x55;
    // No hole comes before it: the descriptor's number is the page's.
    expect(wrongPages(open(bytes).memory, { memory: system.memory, absent: (pfn) => (pfn === index ? 'unreadable' : inCrashkernel(pfn)) })).toEqual([]);
    expect(await runCheck(pageDecode, bytes)).toMatchObject({ verdict: 'failed', findings: [{ id: 'page-decode/unreadable' }] });
  });

  const lost = [{ start: 0x310000, size: 0x2000 }];
  const descriptorsOf = (bytes: Uint8Array) => {
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    return 4096 * (1 + view.getUint32(432) + view.getUint32(436));
  };
  const completeness = async (bytes: Uint8Array) => {
    const session = sessionOn(memorySource('dump', bytes));
    const [check] = (await checkSession(session, 'headers', new AbortController().signal)).filter(({ id }) => id === 'container-complete');
    return {
      verdict: check?.verdict,
      failure: check?.failure,
      complete: session.image.container.complete.value,
      ids: session.image.findings.map(({ id }) => id),
    };
  };

  it('descriptors of zeros are pages that were lost only where the header says that the dump ran out of space', async () => {
    const marked = kdumpCompressed(system, { lost });
    expect(await runCheck(pageDecode, marked)).toMatchObject({
      verdict: 'passed',
      detail: expect.stringContaining('2 were lost when the dump ran out of space') as string,
    });
    expect(await completeness(marked)).toMatchObject({ verdict: 'failed', complete: false, ids: ['container-complete/incomplete-flag'] });

    const wiped = kdumpCompressed(system, { lost, header: { status: 1 } });
    const image = open(wiped);
    const states = (pfn: number) => (pfn === 0x310 || pfn === 0x311 ? 'unreadable' : inCrashkernel(pfn));
    expect(wrongPages(image.memory, { memory: system.memory, absent: states })).toEqual([]);
    expect(image.memory.read(0x310000n, new Uint8Array(4096))[0]?.reason).toMatch(/is zero, and no status bit says that the dump ran out of space/);
    expect(await runCheck(pageDecode, wiped)).toMatchObject({ verdict: 'failed', findings: [{ id: 'page-decode/unreadable' }, {}] });
    expect(await completeness(wiped)).toMatchObject({ verdict: 'failed', complete: false, ids: ['container-complete/page-descriptors'] });
    const [finding] = image.findings;
    expect(finding?.detail).toMatch(/2 of its \d+ page descriptors name no place where page data can lie/);
    expect(finding?.where).toEqual({ fileOffset: descriptorsOf(wiped) + 0x310 * 24, bytes: 48 });
  });

  it.each([true, false])('a descriptor with a size and no place is damaged, whether the dump ran out of space (%s) or not', async (ranOut) => {
    const bytes = kdumpCompressed(system, ranOut ? { lost } : {});
    const at = descriptorsOf(bytes) + 0x20 * 24;
    bytes.fill(0, at, at + 8);
    expect(open(bytes).memory.read(0x20000n, new Uint8Array(4096))[0]).toMatchObject({
      state: 'unreadable',
      reason: expect.stringContaining('names no place') as string,
    });
    expect(await runCheck(pageDecode, bytes)).toMatchObject({ verdict: 'failed' });
    const { ids, complete } = await completeness(bytes);
    expect([ids.at(-1), complete]).toEqual(['container-complete/page-descriptors', false]);
  });

  it.each([0, 8])('a descriptor that leads into the table (%i bytes from a descriptor) is damaged, and no wrong bitmap', async (into) => {
    const bytes = kdumpCompressed(system);
    const at = descriptorsOf(bytes) + 0x20 * 24;
    new DataView(bytes.buffer, bytes.byteOffset).setBigUint64(at, BigInt(descriptorsOf(bytes) + 0x30 * 24 + into));
    const { ids, complete } = await completeness(bytes);
    expect([ids, complete]).toEqual([['container-complete/page-descriptors'], false]);
  });

  it('each part of a split set says for itself whether it ran out of space', () => {
    const [first, second] = kdumpSplitSet(system, { lost, header: { status: 1 } }, [0x200]);
    const [, marked] = kdumpSplitSet(system, { lost }, [0x200]);
    const openSet = (other: Uint8Array | undefined) =>
      openDump(memorySource('first', first ?? new Uint8Array()), { companions: () => [memorySource('second', other ?? new Uint8Array())] });
    const ids = (image: ReturnType<typeof openSet>) =>
      image.findings.filter(({ severity }) => severity === 'error').map(({ id, detail }) => [id, detail.split(':')[0]]);
    expect(ids(openSet(second))).toEqual([['container-complete/page-descriptors', 'second']]);
    expect(ids(openSet(marked))).toEqual([['container-complete/incomplete-flag', 'second']]);
    expect(openSet(marked).memory.read(0x310000n, new Uint8Array(1))[0]?.state).toBe('missing');
    expect(openSet(second).memory.read(0x310000n, new Uint8Array(1))[0]?.state).toBe('unreadable');
  });

  it.each([
    ['too many', { excluded: [{ start: 0x300000, size: 0x8000 }] }, 0x300, 'but data begin at'],
    ['too few', {}, 0x300, 'but one more descriptor follows there'],
  ] as const)('a bit %s in bitmap 2 is named when the dump is opened', async (_, options, pfn, words) => {
    const bytes = kdumpCompressed(system, options);
    const at = 4096 * (1 + new DataView(bytes.buffer, bytes.byteOffset).getUint32(432) + 1) + (pfn >> 3);
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    expect(await completeness(bytes)).toMatchObject({
      verdict: 'failed',
      failure: 'The page bitmap contradicts the page descriptors.',
      complete: false,
      ids: ['container-complete/page-bitmap'],
    });
    expect(open(bytes).findings[0]?.detail).toContain(words);
  });

  it('of a table that is looked at in places the source of "complete" says how much was', () => {
    const pages = 64 * 1024 + 5000;
    const memory = new MemoryImage(pages * 4096, system.endian);
    const bytes = kdumpCompressed({ ...system, memory }, { codec: 'none', holes: [] });
    const { complete } = open(bytes).container;
    expect(complete).toMatchObject({ value: true, source: `headers, bitmaps, ${64 * 1024} of ${pages} descriptors and file size` });
    // The last ones are among them.
    const at = descriptorsOf(bytes) + (pages - 10) * 24;
    bytes.fill(0, at, at + 24);
    expect(open(bytes).findings.map(({ id }) => id)).toEqual(['container-complete/page-descriptors']);
    expect(open(bytes).findings[0]?.detail).toContain(`1 of the ${64 * 1024} of its ${pages} page descriptors that were looked at names`);
  });
});
