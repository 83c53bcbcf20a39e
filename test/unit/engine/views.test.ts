/** Two systems in one dump (meminfo.md section 8): found, and each shown as it was. */
import { describe, expect, it } from 'vitest';
import { readMemory } from '../../../src/analysis/engine/bytes/read.ts';
import { sessionOn, type Session } from '../../../src/analysis/engine/session/session.ts';
import { triage } from '../../../src/analysis/engine/triage/triage.ts';
import { describeDump } from '../../../src/analysis/engine/triage/info.ts';
import { findTwoSystems } from '../../../src/analysis/memory/view.ts';
import { memorySource } from '../../../src/analysis/source/memory-source.ts';
import { elfVmcore } from '../../../src/samples/elf-vmcore.ts';
import { s390Standalone } from '../../../src/samples/s390-standalone.ts';
import { s390xSystem } from '../../../src/samples/s390x-system.ts';
import { twoSystems } from '../../../src/samples/two-systems.ts';
import type { System } from '../../../src/samples/system.ts';
import { expectSoundExtents, wrongPages } from '../formats/described-memory.ts';

const { dumped, production, kdump, area } = twoSystems();
const pageBytes = 4096;
const qemu = (system: System): Uint8Array => elfVmcore(system, { producer: 'qemu' });
const containers = [
  ['a stand-alone dump', s390Standalone(dumped)],
  ['an ELF dump', qemu(dumped)],
] as const;
const inArea = (pfn: number): boolean => pfn * pageBytes >= area.start && pfn * pageBytes < area.start + area.size;
const open = (bytes: Uint8Array): Session => sessionOn(memorySource('dump', bytes));
const hex = (value: number): string => `0x${value.toString(16)}`;

describe.each(containers)('%s of two systems', (_name, bytes) => {
  const session = open(bytes);

  it('is recognised, and info says so', () => {
    expect(session.twoSystems).toEqual({ start: BigInt(area.start), end: BigInt(area.start + area.size) });
    const info = describeDump(session);
    expect(info.memory).toMatchObject({ view: 'all', twoSystems: { start: hex(area.start), end: hex(area.start + area.size) } });
    expect(info.findings.map((finding) => finding.id)).toContain('container-complete/two-systems');
  });

  it('says in view all what is known of the end of the first system', async () => {
    const never = new AbortController().signal;
    const first = (await triage(session.inView('prod'), never)).reason ?? '';
    expect(first).not.toBe('');
    expect((await triage(session, never)).reason).toContain(`The system that crashed before (view prod): ${first} The kdump system`);
    expect((await triage(session.inView('kdump'), never)).reason ?? '').not.toContain(first);
  });

  it('says in view all when the first system crashed, and whose time that is', () => {
    const { times, provenance } = describeDump(session);
    const first = describeDump(session.inView('prod')).times.crash;
    expect(first).toMatch(/^\d{4}-\d\d-\d\dT/);
    expect(times.crash).toBe(first);
    expect(provenance?.['/times/crash']?.source).toMatch(/^CRASHTIME of vmcoreinfo .* of the system that crashed before \(view prod\)$/);
    expect(describeDump(session.inView('kdump')).times.crash).toBeUndefined();
  });

  it('shows the dump as stored in view all', () => {
    expect(session.inView('all')).toBe(session);
    expect(wrongPages(session.image.memory, { memory: dumped.memory })).toEqual([]);
  });

  it('shows the first system in view prod', () => {
    const view = session.inView('prod');
    expectSoundExtents(view.image.memory);
    // The purgatory has overwritten a little of the low memory; that part of the crashkernel area is gone for good.
    const overwritten = (pfn: number): boolean => pfn >= 0x2 && pfn < 0x10;
    const wrong = wrongPages(view.image.memory, { memory: production.memory, absent: (pfn) => (inArea(pfn) ? 'missing' : undefined) });
    expect(wrong.filter((one) => !overwritten(Number.parseInt(one, 10)))).toEqual([]);
    expect(describeDump(view).kernel.release).toBe(production.uts.release);
    expect(describeDump(view).memory.view).toBe('prod');
  });

  it('finds the CPUs of view prod through the kernel', () => {
    const { cpus } = session.inView('prod').cpuSet;
    expect(cpus.map((cpu) => cpu.prefix)).toEqual(production.cpus.map((cpu) => hex(cpu.prefix)));
    expect(cpus.map((cpu) => cpu.linuxCpu)).toEqual([0, 1, 2]);
    expect(cpus.every((cpu) => cpu.source === 'lowcore')).toBe(true);
  });

  it('shows the kdump system alone in view kdump', () => {
    const view = session.inView('kdump');
    expectSoundExtents(view.image.memory);
    expect(view.image.memory.end).toBe(BigInt(area.size));
    expect(wrongPages(view.image.memory, { memory: kdump.memory })).toEqual([]);
    expect(view.cpuSet.cpus).toHaveLength(1);
    expect(describeDump(view).kernel.release).toBe(kdump.uts.release);
  });

  it('has one identity: one index serves all views', () => {
    expect(session.inView('prod').identity).toBe(session.identity);
  });

  it('reads across the borders of its parts', () => {
    const view = session.inView('prod');
    const { data, absent } = readMemory(view, { space: 'absolute', address: BigInt(area.start - 16), length: 32 });
    expect(Buffer.compare(data.subarray(0, 16), production.memory.read(area.start - 16, 16))).toBe(0);
    expect(absent).toMatchObject([{ start: hex(area.start), end: hex(area.start + 16), state: 'missing' }]);
    const states = new Uint8Array(8);
    view.image.memory.readPages(area.start / pageBytes - 4, new Uint8Array(8 * pageBytes), states);
    expect([...states.subarray(4)]).toEqual([3, 3, 3, 3]);
  });
});

describe('one system', () => {
  it('has the view all and no other', () => {
    const session = open(s390Standalone(s390xSystem({ cpuCount: 1 })));
    expect(session.twoSystems).toBeUndefined();
    expect(() => session.inView('prod')).toThrow(/one system in this dump/);
    expect(describeDump(session).memory.view).toBeUndefined();
  });

  it.each([
    ['not a multiple of 1 MiB', 0x400800n, 0x400000n],
    ['overlapping low memory', 0x200000n, 0x400000n],
    ['past the end of the dump', 0x1000000n, 0x400000n],
    ['without a size', 0x400000n, 0n],
  ])('is what a parameter area says whose values are %s', (_why, base, size) => {
    const bytes = s390Standalone(dumped);
    const data = new DataView(bytes.buffer, bytes.byteOffset);
    data.setBigUint64(0x1000 + 0x10418, base);
    data.setBigUint64(0x1000 + 0x10420, size);
    expect(findTwoSystems(open(bytes).image.memory)).toBeUndefined();
  });

  const hidden = (bytes: Uint8Array): readonly string[] =>
    describeDump(open(bytes)).findings.flatMap(({ id, severity, detail }) =>
      id === 'container-complete/two-systems' && severity === 'warning' ? [detail] : [],
    );
  /** @param commandLine of the kernel that runs from absolute 0 */
  const withRecord = (base: bigint, size: bigint, commandLine?: string): Uint8Array => {
    const bytes = s390Standalone(dumped);
    const data = new DataView(bytes.buffer, bytes.byteOffset);
    data.setBigUint64(0x1000 + 0x10418, base);
    data.setBigUint64(0x1000 + 0x10420, size);
    if (commandLine !== undefined) bytes.fill(0, 0x1000 + 0x10480, 0x1000 + 0x10800).set(Buffer.from(commandLine), 0x1000 + 0x10480);
    return bytes;
  };

  it('is not taken for all there is where a kdump kernel ran and the record of its area is wiped', () => {
    expect(hidden(withRecord(0n, 0n))).toEqual([
      expect.stringMatching(/^the record at absolute 0x10418 is zero; but a kdump kernel ran when the dump was taken: its command line has reset_devices /),
    ]);
    expect(hidden(withRecord(0n, 0n, 'root=/dev/vda1 elfcorehdr=0x3f00000 quiet'))).toEqual([expect.stringContaining('has elfcorehdr=0x3f00000') as string]);
    expect(hidden(withRecord(0n, 0n, 'root=/dev/vda1 noreset_devices'))).toEqual([]);
    expect(hidden(s390Standalone(dumped))).toEqual([]);
    expect(hidden(s390Standalone(s390xSystem({ cpuCount: 1 })))).toEqual([]);
  });

  it('has values that can be no area named, whatever else says that a kdump kernel ran', () => {
    expect(hidden(withRecord(0x5000n, 0x1000n, 'root=/dev/vda1'))).toEqual([
      expect.stringContaining('holds base 0x5000 and size 0x1000, which cannot be crashkernel memory: crashkernel memory is a whole number of MiB') as string,
    ]);
    expect(hidden(withRecord(0x200000n, 0x400000n))).toEqual([expect.stringMatching(/overlap the memory that it is exchanged with; but a kdump kernel ran/)]);
  });
});
