/** Memory usage against crash's `kmem -i` and the guest's own /proc/meminfo; modules, command line and facts against what the guest reported. */
import { describe, expect, it } from 'vitest';
import { describeKernelFacts } from '../../../src/analysis/engine/kernel/kernel-facts.ts';
import { describeModules } from '../../../src/analysis/engine/kernel/modules.ts';
import { describeMemoryUsage } from '../../../src/analysis/engine/kernel/memory-usage.ts';
import type { MemoryUsageJson } from '../../../src/shared/task-model.ts';
import { dumpEntries, guestText, oracleText } from '../../dumps.ts';
import { withSession } from '../oracle-suite.ts';
import { crashPages } from './crash-texts.ts';

const never = new AbortController().signal;
const whole = dumpEntries.filter(
  ({ name, how }) =>
    how !== 'derived' &&
    /^o-(s390|s390k612|small|x86)-(s1-qemu\.elf|s3-vmcore\.elf|s5-qemu\.elf|x1-qemu\.elf|s3-kdump-zlib-d31|s3-vmcore\.zgetdump216\.elf)$/.test(name),
);
const pageKib = 4;

/** Lines that are one of crash's rows. SLAB of 8.0.2 leaves reclaimable pages out. */
const crashRows: Readonly<Record<string, string>> = { 'TOTAL MEM': 'MemTotal', FREE: 'MemFree', 'TOTAL SWAP': 'SwapTotal', 'COMMIT LIMIT': 'CommitLimit' };

const usage = whole.flatMap((entry) => {
  const stated = ['crash-8.0.6.txt', 'crash.txt'].map((suffix) => crashPages(oracleText(entry.name, suffix) ?? '')).find(({ size }) => size > 0);
  return stated === undefined ? [] : [[entry.name, entry, stated] as const];
});

function crashDifferences(stated: ReadonlyMap<string, number>, ours: MemoryUsageJson): readonly string[] {
  const lines = new Map(ours.lines.map(({ name, kib }) => [name, kib]));
  return [...stated].flatMap(([row, pages]) => {
    const name = crashRows[row];
    const mine = name === undefined ? undefined : lines.get(name);
    return name === undefined || mine === undefined || mine === pages * pageKib ? [] : [`${name} is ${mine} kB, crash says ${pages} pages`];
  });
}

describe.skipIf(usage.length === 0)('memory usage and kmem -i of crash', () => {
  if (usage.length === 0) it('needs the real dumps', () => undefined);
  it.each(usage)('%s', async (_name, entry, stated) => {
    const ours = await withSession(entry, (session) => describeMemoryUsage(session, never));
    expect(crashDifferences(stated, ours)).toEqual([]);
    if (ours.lines.length === 0) {
      // A kernel whose symbol table has functions only: said so, nothing guessed.
      expect(ours.missing[0]?.why).toMatch(/KALLSYMS_ALL/);
      return;
    }
    const altered = { ...ours, lines: ours.lines.map((line) => ({ ...line, kib: line.kib + 4 })) };
    expect(crashDifferences(stated, altered).length).toBeGreaterThan(2);
    const buffers = ours.lines.find(({ name }) => name === 'Buffers');
    const cached = ours.lines.find(({ name }) => name === 'Cached');
    const together = ((stated.get('BUFFERS') ?? 0) + (stated.get('CACHED') ?? 0)) * pageKib;
    if (buffers === undefined) expect(ours.missing.find(({ what }) => what === 'Buffers')?.why).toContain(`together are ${together} kB`);
    else expect([buffers.kib, cached?.kib]).toEqual([(stated.get('BUFFERS') ?? 0) * pageKib, (stated.get('CACHED') ?? 0) * pageKib]);
  });
});

/** Lines that do not move while a guest runs, and how far the others may have moved between its report and its dump. */
const exact = new Set([
  'MemTotal',
  'SwapTotal',
  'SwapFree',
  'SwapCached',
  'Mlocked',
  'Unevictable',
  'CommitLimit',
  'Percpu',
  'Bounce',
  'DirectMap1M',
  'DirectMap2G',
  'DirectMap1G',
]);
const closeKib = new Map([
  ['MemFree', 8192],
  ['MemAvailable', 8192],
  ['Slab', 2048],
  ['SUnreclaim', 2048],
  ['KReclaimable', 1024],
  ['SReclaimable', 1024],
  ['Mapped', 1024],
  ['AnonPages', 512],
  ['Shmem', 4096],
  ['KernelStack', 256],
  ['PageTables', 256],
  ['Committed_AS', 8192],
  ['VmallocUsed', 1024],
  // Large pages of the direct map are split as modules come.
  ['DirectMap4k', 4096],
  ['DirectMap2M', 4096],
]);

const reported = whole
  .filter(({ name }) => /-(s1|s5|x1)-/.test(name))
  .flatMap((entry) => {
    const text = guestText(entry.name, 'meminfo.txt');
    return text === undefined
      ? []
      : [[entry.name, entry, new Map([...text.matchAll(/^(\S+): +(\d+) kB$/gm)].map(([, name = '', kib]) => [name, Number(kib)]))] as const];
  });

describe.skipIf(reported.length === 0)('memory usage and the guest', () => {
  if (reported.length === 0) it('needs the real dumps', () => undefined);
  it.each(reported)('%s', async (_name, entry, stated) => {
    const { lines } = await withSession(entry, (session) => describeMemoryUsage(session, never));
    const wrong = lines.flatMap(({ name, kib }) => {
      const said = stated.get(name);
      const room = exact.has(name) ? 0 : closeKib.get(name);
      return said === undefined || room === undefined || Math.abs(said - kib) <= room ? [] : [`${name} is ${kib}, the guest said ${said}`];
    });
    expect(wrong).toEqual([]);
    const order = [...stated.keys()];
    const places = lines.map(({ name }) => order.indexOf(name)).filter((at) => at !== -1);
    expect(places).toEqual([...places].sort((a, b) => a - b));
  });
});

const guests = whole.flatMap((entry) => {
  const modules = guestText(entry.name, 'modules.txt');
  const commandLine = guestText(entry.name, 'cmdline.txt');
  return modules === undefined || commandLine === undefined ? [] : [[entry.name, entry, modules, commandLine] as const];
});

describe.skipIf(guests.length === 0)('modules and command line', () => {
  if (guests.length === 0) it('needs the real dumps', () => undefined);
  it.each(guests)('%s', async (name, entry, modules, commandLine) => {
    const { ours, facts } = await withSession(entry, async (session) => ({
      ours: await describeModules(session, never),
      facts: await describeKernelFacts(session, never),
    }));
    const stated = modules
      .trim()
      .split('\n')
      .map((line) => {
        const [module, bytes, users, , state, base = '0x0'] = line.split(' ');
        return { name: module, bytes: Number(bytes), users: Number(users), state: state?.toLowerCase(), base: `0x${BigInt(base).toString(16)}` };
      });
    expect(ours.complete).toBe(true);
    expect(ours.modules.map((module) => ({ name: module.name, state: module.state }))).toEqual(
      stated.map((module) => ({ name: module.name, state: module.state })),
    );
    for (const [at, module] of ours.modules.entries()) {
      if (module.base !== undefined) expect(module.base).toBe(stated[at]?.base);
      if (module.bytes !== undefined) expect([module.bytes, module.users]).toEqual([stated[at]?.bytes, stated[at]?.users]);
    }
    expect(facts.commandLine?.value).toBe(commandLine.trimEnd());
    if (name.includes('-s390')) {
      expect(facts.hardware?.value).toBe('QEMU 8561 QEMU (KVM/Linux)');
      expect(facts.shutdownActions).toContainEqual({ trigger: 'on_panic', action: 'stop' });
      expect(facts.taint).toMatchObject({ value: '0x0', flags: [] });
      expect(facts.panicCpu === undefined).toBe(!name.includes('-s3-'));
    }
  });
});
