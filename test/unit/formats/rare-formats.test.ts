/** Formats for which no real dump is at hand, on dumps of builders that were written from the sheet. */
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { sessionOn } from '../../../src/analysis/engine/session/session.ts';
import { describeDump } from '../../../src/analysis/engine/triage/info.ts';
import type { CheckContext } from '../../../src/analysis/integrity/check.ts';
import { pageDecode } from '../../../src/analysis/integrity/checks/page-decode.ts';
import { openDump } from '../../../src/analysis/formats/index.ts';
import { memorySource } from '../../../src/analysis/source/memory-source.ts';
import { elfVmcore } from '../../../src/samples/elf-vmcore.ts';
import { lkcd } from '../../../src/samples/lkcd.ts';
import { ngdump } from '../../../src/samples/ngdump.ts';
import { pvElf, sampleCommunicationKey } from '../../../src/samples/pv-elf.ts';
import { s390Standalone } from '../../../src/samples/s390-standalone.ts';
import { s390Tape } from '../../../src/samples/s390-tape.ts';
import { s390xSystem } from '../../../src/samples/s390x-system.ts';
import { vmdump } from '../../../src/samples/vmdump.ts';
import { expectSoundExtents, wrongPages } from './described-memory.ts';

const system = s390xSystem({ cpuCount: 2 });
/** Not made of whole tape records. */
const odd = s390xSystem({ cpuCount: 2, memorySize: 0x705000 });
const open = (bytes: Uint8Array) => openDump(memorySource('dump', bytes));
const session = (bytes: Uint8Array) => sessionOn(memorySource('dump', bytes));
const pageBytes = 4096;
const keyed = (bytes: Uint8Array) => ({ companions: () => [], communicationKey: { path: 'key', bytes } });

describe('s390-tape', () => {
  it.each([{}, { extendedMagic: true }, { shortMarker: true }])('opens with %o', (options) => {
    const image = open(s390Tape(odd, options));
    expect(image.format).toBe('s390-tape');
    expect(image.container.complete.value).toBe(true);
    expect(wrongPages(image.memory, { memory: odd.memory })).toEqual([]);
    expectSoundExtents(image.memory);
    expect(image.memory.end).toBe(BigInt(odd.memory.size));
    expect(image.times.dumpEnd === undefined).toBe('shortMarker' in options);
  });

  it('is a plain dump where the two cannot be told apart, or the marker follows the memory', () => {
    expect(open(s390Tape(s390xSystem({ cpuCount: 1 }))).format).toBe('s390');
    expect(open(s390Standalone(odd)).format).toBe('s390');
  });

  it('has the CPUs of the header', () => {
    expect(session(s390Tape(odd)).cpuSet.cpus.map((cpu) => cpu.linuxCpu)).toEqual([0, 1]);
  });
});

describe('lkcd', () => {
  const holes = [{ start: 0x300000, size: 0x20000 }];
  const isHole = (pfn: number) => (pfn >= 0x300 && pfn < 0x320 ? ('missing' as const) : undefined);

  it.each([
    {},
    { compressed: true },
    { compressed: 'rle' as const },
    { compressed: 'rle-of-libkdumpfile' as const },
    { bufferSize: 0x40000 },
    { bufferSize: 0x10000, compressed: 'rle' as const },
    { bufferSize: 0x2000, compressed: true },
    { end: 'last-page-twice' as const },
    { end: 'zero-four-zero' as const },
  ])('opens with %o', (options) => {
    const image = open(lkcd(system, options));
    expect(image.format).toBe('lkcd');
    expect(image.container.complete.value).toBe(true);
    expect(wrongPages(image.memory, { memory: system.memory })).toEqual([]);
    expectSoundExtents(image.memory);
    expect(image.findings.map((finding) => finding.id)).toEqual('end' in options ? ['container-complete/end-record'] : []);
  });

  it('shows holes as missing', () => {
    const image = open(lkcd(system, { compressed: true, holes }));
    expect(wrongPages(image.memory, { memory: system.memory, absent: isHole })).toEqual([]);
    expectSoundExtents(image.memory);
  });

  it('gives the facts of its header', () => {
    const info = describeDump(session(lkcd(system)));
    expect(info.container).toMatchObject({ format: 'lkcd', version: 8, storedBytes: system.memory.size });
    expect(info.machine).toMatchObject({ arch: 's390x', cpuCount: 2, realCpuCount: 2 });
    expect(info.kernel).toMatchObject({ release: system.uts.release, nodename: system.uts.nodename });
    expect(info.times.dumpStart).toBe(new Date(system.dumpTime * 1000).toISOString().replace('.000Z', '.000000Z'));
    expect(session(lkcd(system)).cpuSet.cpus.map((cpu) => cpu.linuxCpu)).toEqual([0, 1]);
  });

  it('decodes RLE to its page or says why not', () => {
    const image = open(lkcd(system, { compressed: 'rle' }));
    expect(image.container.compression).toMatchObject({ value: 'RLE' });
    expect(pageDecode.inapplicable?.(image)).toBeUndefined();
    const bytes = lkcd(system, { compressed: 'rle' });
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    let at = 0x10000;
    while (view.getUint32(at + 12) !== 2) at += 16 + view.getUint32(at + 8);
    const pfn = Number(view.getBigUint64(at) / 4096n);
    // The first byte of the page is one more zero now.
    bytes.set([0, 0], at + 16);
    const absences = open(bytes).memory.read(BigInt(pfn) * 4096n, new Uint8Array(16));
    expect(absences).toMatchObject([{ state: 'unreadable', reason: expect.stringContaining('RLE') as string }]);
  });

  it('names a compression that is not known, and does not decode by another', async () => {
    const bytes = lkcd(system, { compressed: true });
    new DataView(bytes.buffer, bytes.byteOffset).setUint32(722, 7);
    const image = open(bytes);
    expect(image.container.compression).toMatchObject({ value: 'unknown (7)' });
    const never = new AbortController().signal;
    const context = { image, signal: never, faults: () => [] } as unknown as CheckContext;
    expect(await pageDecode.run(context)).toMatchObject({ verdict: 'failed', detail: expect.stringMatching(/compression, 7 in the header/) as string });
  });

  it.each([0n, 10n, 1n << 40n])('looks for pages at the usual place where version 9 gives the impossible place %d', (size) => {
    const bytes = lkcd(system, { bufferSize: 0x10000 });
    new DataView(bytes.buffer, bytes.byteOffset).setBigUint64(734, size);
    const image = open(bytes);
    expect(wrongPages(image.memory, { memory: system.memory })).toEqual([]);
    expect(image.findings).toMatchObject([{ id: 'container-complete/buffer-size', severity: 'warning' }]);
  });

  it('has the CPUs of version 9', () => {
    expect(session(lkcd(system, { bufferSize: 0x40000 })).cpuSet.cpus.map((cpu) => cpu.linuxCpu)).toEqual([0, 1]);
  });

  it('says where the chain of pages breaks', () => {
    const cut = lkcd(system, { compressed: true });
    const image = open(cut.subarray(0, Math.floor(cut.length / 2)));
    expect(image.container.complete.value).toBe(false);
    expect(image.findings[0]?.id).toBe('container-complete/page-chain');
    expect([...image.memory.extents].at(-1)?.state).toBe('missing');
  });

  it('calls a damaged page unreadable', () => {
    const bytes = lkcd(system, { compressed: true });
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    let at = 0x10000;
    while (view.getUint32(at + 12) !== 2) at += 16 + view.getUint32(at + 8);
    const pfn = Number(view.getBigUint64(at) / 4096n);
    bytes[at + 20] = (bytes[at + 20] ?? 0) ^ 0xff;
    expect(wrongPages(open(bytes).memory, { memory: system.memory, absent: (one) => (one === pfn ? 'unreadable' : undefined) })).toEqual([]);
  });
});

describe('vmdump', () => {
  it.each([{}, { skipZeroPages: false }, { ranges: 'none' as const }])('opens with %o', (options) => {
    const image = open(vmdump(system, options));
    expect(image.format).toBe('vmdump');
    expect(image.container.complete.value).toBe(true);
    expect(wrongPages(image.memory, { memory: system.memory })).toEqual([]);
    expectSoundExtents(image.memory);
  });

  it('takes the registers from its information record', () => {
    const { cpus } = session(vmdump(system)).cpuSet;
    expect(cpus.map((cpu) => cpu.source)).toEqual(['header', 'header']);
    const [first, second] = system.cpus;
    if (first?.kind !== 's390x' || second?.kind !== 's390x') throw new Error('the system has s390x CPUs');
    [first, second].forEach((cpu, index) => {
      const hex = (value: bigint | number) => `0x${value.toString(16)}`;
      expect(cpus[index]).toMatchObject({
        cpuAddress: cpu.cpuAddress,
        prefix: hex(cpu.prefix),
        gprs: cpu.gprs.map(hex),
        crs: cpu.crs.map(hex),
        acrs: cpu.acrs.map(hex),
        fprs: cpu.fprs.map(hex),
        fpc: hex(cpu.fpc),
        timer: hex(cpu.timer),
        psw: { mask: hex(cpu.psw.mask), address: hex(cpu.psw.address) },
      });
    });
  });

  it('refuses the formats of its record that nobody supports', () => {
    expect(() => open(vmdump(system, { format: 0x82 }))).toThrow(/format 0x82/);
  });

  it('says what a cut file does not hold', () => {
    const whole = vmdump(system);
    const image = open(whole.subarray(0, whole.length - 10 * pageBytes));
    expect(image.container.complete.value).toBe(false);
    expect([...image.memory.extents].filter((extent) => extent.state === 'missing').reduce((sum, extent) => sum + extent.end - extent.start, 0n)).toBe(
      10n * 4096n,
    );
  });
});

describe('pv-elf', () => {
  const shared = { start: 0x1c8000, size: 0x1000 };
  const image = open(pvElf(system, { shared: [shared] }));

  it('shows zero and shared pages and calls the others encrypted', () => {
    expect(image.format).toBe('pv-elf');
    const isClear = (pfn: number): boolean => pfn === shared.start / pageBytes || system.memory.isZero(pfn * pageBytes, pageBytes);
    expect(wrongPages(image.memory, { memory: system.memory, absent: (pfn) => (isClear(pfn) ? undefined : 'encrypted') })).toEqual([]);
    expectSoundExtents(image.memory);
  });

  it('describes sections and completion data, and no registers', () => {
    expect(image.structures.map((structure) => structure.name)).toEqual(
      expect.arrayContaining(['Elf64_Shdr of pv_compl', 'Elf64_Shdr of pv_mem_meta', 'pv_compl']),
    );
    expect(image.findings.map((finding) => finding.id)).toContain('container-complete/encrypted');
    const { cpus } = session(pvElf(system)).cpuSet;
    expect(cpus).toEqual([0, 1].map((id) => ({ id, state: 'encrypted: CPU of a secure guest', source: 'note' })));
  });

  it('is decrypted with the key of its guest', () => {
    const bytes = pvElf(system, { shared: [shared] });
    const opened = openDump(memorySource('dump', bytes), keyed(sampleCommunicationKey));
    expect(wrongPages(opened.memory, { memory: system.memory })).toEqual([]);
    expectSoundExtents(opened.memory);
    expect(opened.findings.map((finding) => finding.id)).toContain('container-complete/decrypted');
    const [plain, decrypted] = [session(elfVmcore(system)), sessionOn(memorySource('dump', bytes), undefined, keyed(sampleCommunicationKey))];
    // What the note of a secure guest has not: the breaking-event address. What the note of another has not: nothing.
    const registers = ({ cpuSet }: typeof plain) =>
      cpuSet.cpus.map(({ linuxCpu, prefix, psw, gprs, acrs, crs, fprs, fpc, vxrs, timer }) => ({
        linuxCpu,
        prefix,
        psw,
        gprs,
        acrs,
        crs,
        fprs,
        fpc,
        vxrs,
        timer,
      }));
    expect(registers(decrypted)).toEqual(registers(plain));
    expect(decrypted.identity).not.toBe(session(bytes).identity);
  });

  it('reads any part of its pages', () => {
    const opened = openDump(memorySource('dump', pvElf(system)), keyed(sampleCommunicationKey));
    for (const [at, length] of [
      [0x1ff8, 16],
      [0x1001, 4094],
      [0x3fff, 8193],
      [0x2000, 1],
    ] as const) {
      // prettier-ignore
      const part = new Uint8Array(length);
      expect(opened.memory.read(BigInt(at), part)).toEqual([]);
      expect(Buffer.compare(part, system.memory.read(at, length))).toBe(0);
    }
  });

  it('shows nothing with another key, or where the sealed data were changed', () => {
    const bytes = pvElf(system);
    const other = sampleCommunicationKey.map((byte) => byte ^ 1);
    expect(() => openDump(memorySource('dump', bytes), keyed(other))).toThrow(/the customer communication key does not match this dump/);
    const seed = Buffer.from(bytes).indexOf(Buffer.from([0, 0, 0, 1, 0, 0, 1, 0x20]));
    for (const at of [4, 16, 80, 96, 200, 287]) {
      const changed = bytes.slice();
      changed[seed + at] = (changed[seed + at] ?? 0) ^ 1;
      expect(() => openDump(memorySource('dump', changed), keyed(sampleCommunicationKey))).toThrow(/nothing was decrypted/);
    }
    expect(() => openDump(memorySource('dump', elfVmcore(system)), keyed(sampleCommunicationKey))).toThrow(/is not one of a secure guest/);
  });

  it('names the state of a CPU that was changed, and leaves it out', () => {
    const bytes = pvElf(system);
    const note = Buffer.from(bytes).indexOf(Buffer.from([0, 0, 0, 1, 0, 0, 0x06, 0x20]));
    bytes[note + 100] = (bytes[note + 100] ?? 0) ^ 1;
    const opened = openDump(memorySource('dump', bytes), keyed(sampleCommunicationKey));
    expect(opened.recordedCpus).toHaveLength(1);
    expect(opened.findings.find(({ id }) => id === 'container-complete/cpu-state')?.detail).toContain('its authentication tag is not valid');
  });

  it('is not mistaken for the dump of an open guest', () => {
    expect(open(elfVmcore(system)).format).toBe('elf-vmcore');
  });
});

describe('ngdump', () => {
  const digest = createHash('sha256').update(elfVmcore(system)).digest('hex');

  it.each([1, 4])('takes the dump out of the file system, with %i extents', (extentsPerFile) => {
    const image = open(ngdump(system, { extentsPerFile }));
    expect(image.format).toBe('ngdump');
    const inside = new Uint8Array(image.source.size);
    image.source.readInto(0, inside);
    expect(createHash('sha256').update(inside).digest('hex')).toBe(digest);
    expect(image.recordedDigest?.sha256).toBe(digest);
    expect(wrongPages(image.memory, { memory: system.memory, absent: (pfn) => inCrashkernel(pfn) })).toEqual([]);
  });

  /** The kernel's own dump leaves the crashkernel memory out. */
  const inCrashkernel = (pfn: number) => {
    const area = system.crashkernel;
    return area !== undefined && pfn * pageBytes >= area.start && pfn * pageBytes < area.start + area.size ? ('missing' as const) : undefined;
  };

  it('says that a prepared partition holds no dump', () => {
    expect(() => open(ngdump(system, { prepared: true }))).toThrow(/prepared for NGDump, but holds no dump/);
  });
});
