/** Registers, running tasks, lowcores and translations against crash. */
import { describe, expect, it } from 'vitest';
import { addressSpace } from '../../../src/analysis/engine/bytes/address-space.ts';
import { describeLowcores } from '../../../src/analysis/engine/machine/lowcore.ts';
import { readMemory } from '../../../src/analysis/engine/bytes/read.ts';
import type { Session } from '../../../src/analysis/engine/session/session.ts';
import { lowcorePrefixes } from '../../../src/analysis/kernel/vmcoreinfo/lowcore-array.ts';
import { dumpEntries, oracleText } from '../../dumps.ts';
import { randomFor, sample } from '../../run-size.ts';
import { disagreements, type Facts } from '../facts.ts';
import { withSession } from '../oracle-suite.ts';
import { crashFrames, crashLowcores, crashRegisters, crashTasks, ourRegisters } from './crash.ts';
import { isFailure } from '../../../src/shared/result.ts';

const formats = /\.elf$|\.s390$|kdump-zlib(-d31)?$/;
const texts = dumpEntries
  .filter(({ name, how }) => how !== 'derived' && formats.test(name) && !name.includes('-flat-'))
  .flatMap((entry) =>
    ['crash.txt', 'crash-8.0.6.txt'].flatMap((suffix) => {
      const text = oracleText(entry.name, suffix);
      return text === undefined ? [] : [[entry.name, suffix, entry, text] as const];
    }),
  );
const having = (count: (text: string) => number): typeof texts => texts.filter(([, , , text]) => count(text) > 0);

/** One digit of one value changed. */
function alter(facts: Facts, name: string): Facts {
  const altered = new Map(facts);
  altered.set(name, `0x${(BigInt(String(facts.get(name) ?? '0x0')) ^ (1n << BigInt(randomFor(name).below(32)))).toString(16)}`);
  return altered;
}

const registers = having((text) => crashRegisters(text).size);
describe.skipIf(registers.length === 0)('registers that crash printed', () => {
  it.each(registers)('%s: we agree with %s, and every altered register is noticed', async (_name, _suffix, entry, text) => {
    const stated = crashRegisters(text);
    const ours = await withSession(entry, ({ cpuSet }) => ourRegisters(cpuSet.cpus));
    expect(disagreements(stated, ours)).toEqual([]);
    expect([...stated.keys()].filter((name) => disagreements(stated, alter(ours, name)).length === 0)).toEqual([]);
  });
});

const withLowcores = having((text) => crashLowcores(text).length);
describe.skipIf(withLowcores.length === 0)('the lowcore_ptr array that crash printed', () => {
  it.each(withLowcores)('%s: we read the same as %s', async (_name, _suffix, entry, text) => {
    const wanted = crashLowcores(text);
    const found = await withSession(entry, ({ vmcoreinfo, memory, cpuSet }) => ({
      array: !isFailure(vmcoreinfo) ? lowcorePrefixes(vmcoreinfo.value, memory).map(BigInt) : [],
      byNumber: [...cpuSet.cpus].sort((a, b) => (a.linuxCpu ?? 0) - (b.linuxCpu ?? 0)).map(({ prefix }) => BigInt(prefix ?? '0x0')),
    }));
    expect(found).toEqual({ array: wanted, byNumber: wanted });
    expect(found.array.map((prefix) => prefix ^ 0x2000n)).not.toEqual(wanted);
  });
});

const withTasks = having((text) => crashTasks(text).size);
describe.skipIf(withTasks.length === 0)('running tasks that crash printed', () => {
  it.each(withTasks)('%s: current_task of each lowcore is what %s says', async (_name, _suffix, entry, text) => {
    const wanted = crashTasks(text);
    const found = await withSession(
      entry,
      (session) =>
        new Map(describeLowcores(session, {}).cpus.map(({ linuxCpu, fields }) => [linuxCpu ?? -1, fields.find(({ name }) => name === 'current_task')?.value])),
    );
    for (const [cpu, task] of wanted) expect(found.get(cpu)).toBe(task);
    // Any other field of 8 bytes next to it would be another value.
    const beside = await withSession(
      entry,
      (session) =>
        new Map(describeLowcores(session, {}).cpus.map(({ linuxCpu, fields }) => [linuxCpu ?? -1, fields.find(({ name }) => name === 'kernel_stack')?.value])),
    );
    for (const [cpu, task] of wanted) expect(beside.get(cpu)).not.toBe(task);
  });
});

/** The word at a virtual address by our walk; undefined when it or its page is not there. */
function wordAt(session: Session, address: bigint): bigint | undefined {
  const { data, absent } = readMemory(session, { space: 'virtual', address, length: 8 });
  return absent.length > 0 ? undefined : new DataView(data.buffer).getBigUint64(0, session.image.machine.endian === 'little');
}

const archOf = (name: string): 's390x' | 'x86_64' => (name.startsWith('o-x86') ? 'x86_64' : 's390x');
const withFrames = texts.filter(([name, , , text]) => crashFrames(text, archOf(name)).length > 20);
describe.skipIf(withFrames.length === 0)('return addresses that crash found in stacks', () => {
  it.each(withFrames)('%s: our walk reads those of %s, and another page does not', async (name, suffix, entry, text) => {
    const frames = sample(crashFrames(text, archOf(name)), 150, `${name} ${suffix}`);
    const results = await withSession(entry, (session) =>
      frames.map((frame) => ({ ...frame, word: wordAt(session, frame.slot), other: wordAt(session, frame.slot + 0x1000n) })),
    );
    const known = results.filter(({ word }) => word !== undefined);
    expect(known.length).toBeGreaterThan(frames.length * 0.9);
    expect(known.filter(({ word, returns }) => word !== returns)).toEqual([]);
    expect(known.filter(({ other, returns }) => other === returns).length).toBeLessThan(known.length * 0.1);
  });
});

/** ELF headers of /proc/vmcore carry the kernel's own pairs of virtual and physical addresses. */
const mapped = dumpEntries.filter(({ name }) => ['o-s390k612-s3-vmcore.elf', 'o-x86-x1-vmcore.elf'].includes(name));
describe.skipIf(mapped.length === 0)('virtual addresses in the program headers of /proc/vmcore', () => {
  it.each(mapped.map((entry) => [entry.name, entry] as const))('%s: our walk gives their physical ones', async (_name, entry) => {
    await withSession(entry, (session) => {
      const space = addressSpace(session, {});
      let walked = 0;
      for (const { start, memoryBytes, virtual } of session.image.segments) {
        if (virtual === undefined) continue;
        const random = randomFor(`${entry.name} ${start}`);
        for (let index = 0; index < 40; index += 1) {
          const offset = BigInt(random.below(Number(memoryBytes >> 12n))) << 12n;
          const { absolute } = space.walk(virtual + offset);
          // Parts of the image are unmapped once init is over.
          if (absolute === undefined) continue;
          expect(absolute).toBe(start + offset);
          walked += 1;
        }
      }
      expect(walked).toBeGreaterThan(40);
    });
  });
});
