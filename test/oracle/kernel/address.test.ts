/** What addresses are, against what the guests themselves noted of them: tasks and stacks, objects of caches, locks of modules, and SLUB's own reports. */
import { describe, expect, it } from 'vitest';
import { describeAddress } from '../../../src/analysis/engine/kernel/address.ts';
import { kernelTasks } from '../../../src/analysis/engine/kernel/kernel-tasks.ts';
import type { AddressFact, AddressJson } from '../../../src/shared/address-model.ts';
import type { Session } from '../../../src/analysis/engine/session/session.ts';
import { crashDumps, crashOracle, dumpEntries, haveDump } from '../../dumps.ts';
import { withSession } from '../oracle-suite.ts';

const never = new AbortController().signal;
const ask = (session: Session, address: bigint): Promise<AddressJson> => describeAddress(session, { place: { space: 'virtual', address } }, never);
const fact = <K extends AddressFact['kind']>({ facts }: AddressJson, kind: K): Extract<AddressFact, { kind: K }> | undefined =>
  facts.find((one): one is Extract<AddressFact, { kind: K }> => one.kind === kind);

interface StatedTask {
  readonly task: bigint;
  readonly pid: number;
  readonly stack: bigint;
}

const statedTasks = (text: string): readonly StatedTask[] =>
  [...text.matchAll(/^task ([0-9a-f]{16}) pid (\d+) .* stack ([0-9a-f]{16}) comm /gm)].map(([, task, pid, stack]) => ({
    task: BigInt(`0x${task ?? '0'}`),
    pid: Number(pid),
    stack: BigInt(`0x${stack ?? '0'}`),
  }));
const number = (text: string, pattern: RegExp): bigint | undefined => {
  const found = pattern.exec(text)?.[1];
  return found === undefined ? undefined : BigInt(`0x${found}`);
};

/** Facts of the guest's, where it noted any. */
const cases = crashDumps.flatMap((entry) => {
  const text = crashOracle(entry.name, 'guest/facts-orderflow.txt');
  return text === undefined ? [] : [[entry.name, entry, text] as const];
});
const every = <T>(all: readonly T[], most: number): readonly T[] => all.filter((_, at) => at % Math.max(1, Math.floor(all.length / most)) === 0);

describe.skipIf(cases.length === 0)('addresses', () => {
  if (cases.length === 0) it('needs the real dumps', () => undefined);
  it.each(cases)('%s: tasks, stacks, objects and locks that the guest named', async (_name, entry, text) => {
    await withSession(entry, async (opened) => {
      const session = opened.twoSystems === undefined ? opened : opened.inView('prod');
      let tasks = 0;
      let allocated = 0;
      for (const { task, pid, stack } of every(statedTasks(text), 6)) {
        const ofTask = await ask(session, task + 0x10n);
        const found = fact(ofTask, 'task');
        // Some ended after the guest had listed them.
        if (found?.pid !== pid) continue;
        tasks += 1;
        expect(found).toMatchObject({ task: `0x${task.toString(16)}`, offset: 0x10 });
        expect(fact(ofTask, 'slab')).toMatchObject({ cache: 'task_struct', object: `0x${task.toString(16)}`, offset: 0x10 });
        expect(fact(await ask(session, stack + 0x3000n), 'stack')).toMatchObject({ pid, start: `0x${stack.toString(16)}` });
        // What a CPU holds of a cache may end in a page of zeros: then it is not told.
        expect(fact(ofTask, 'slab')?.free).not.toBe(true);
        if (fact(ofTask, 'slab')?.free === false) allocated += 1;
        // The twin: the neighbour in the slab is not this object.
        const { size = 0 } = fact(ofTask, 'slab') ?? {};
        const next = fact(await ask(session, task + BigInt(size) + 0x10n), 'slab');
        if (next !== undefined) expect(next.object).not.toBe(`0x${task.toString(16)}`);
      }
      expect(tasks).toBeGreaterThan(2);
      // Where a CPU never ran, what it holds of the caches is not known.
      if (entry.name !== 'c-cpu-offline.kdump') expect(allocated).toBeGreaterThan(tasks / 2);
      const cache = number(text, /^cache \S+ ([0-9a-f]{16}) /m);
      if (cache !== undefined) expect(fact(await ask(session, cache), 'slab')).toMatchObject({ cache: 'kmem_cache', object: `0x${cache.toString(16)}` });
      const lock = number(text, /^mutex order_ledger_mutex +([0-9a-f]{16}) /m);
      if (lock === undefined) return;
      const ofLock = await ask(session, lock);
      expect(fact(ofLock, 'symbol')).toMatchObject({ name: 'order_ledger_mutex', offset: 0, module: 'orderflow' });
      expect(fact(ofLock, 'module')).toMatchObject({ name: 'orderflow' });
      expect(fact(ofLock, 'vmalloc')?.caller).toMatch(/^(?:load_module|module_alloc|execmem_\w+|layout_and_allocate|move_module)\+/);
    });
  });

  it.skipIf(!haveDump('c-slab-redzone.kdump'))('c-slab-redzone: the object that SLUB reported, and the next free one of its slab', async () => {
    const log = crashOracle('c-slab-redzone', 'dmesg.txt') ?? '';
    const [, objects, used, free] = /Slab 0x[0-9a-f]+ objects=(\d+) used=(\d+) fp=0x([0-9a-f]+)/.exec(log) ?? [];
    const [, object, offset] = /Object 0x([0-9a-f]+) @offset=(\d+)/.exec(log) ?? [];
    const entry = crashDumps.find(({ name }) => name === 'c-slab-redzone.kdump');
    if (entry === undefined) return;
    await withSession(entry, async (session) => {
      const reported = fact(await ask(session, BigInt(`0x${object ?? '0'}`) + 8n), 'slab');
      expect(reported).toMatchObject({
        cache: 'kmalloc-96',
        objectSize: 96,
        object: `0x${(object ?? '').replace(/^0+/, '')}`,
        offset: 8,
        objects: Number(objects),
      });
      expect(BigInt(reported?.object ?? '0x0') & 0xfffn).toBe(BigInt(offset ?? '0'));
      expect(Number(used)).toBeLessThan(Number(objects));
      expect(fact(await ask(session, BigInt(`0x${free ?? '0'}`)), 'slab')).toMatchObject({ free: true, cache: 'kmalloc-96' });
      // Past the object lies its red zone.
      expect(fact(await ask(session, BigInt(`0x${object ?? '0'}`) + 100n), 'slab')?.text).toMatch(/4 bytes past the end of object/);
    });
  });

  it.skipIf(!haveDump('c-badcall-uaf.kdump'))('c-badcall-uaf: the freed object is free', async () => {
    const at = number(crashOracle('c-badcall-uaf', 'guest/facts-orderflow.txt') ?? '', /^ops ([0-9a-f]{16})/m);
    const entry = crashDumps.find(({ name }) => name === 'c-badcall-uaf.kdump');
    if (entry === undefined || at === undefined) return;
    await withSession(entry, async (session) => {
      expect(fact(await ask(session, at), 'slab')).toMatchObject({ free: true, object: `0x${at.toString(16)}` });
    });
  });

  it.skipIf(!haveDump('c-abba-mutex.kdump'))('the first two pages are each CPU’s own lowcore, not pages of memory', async () => {
    const entry = crashDumps.find(({ name }) => name === 'c-abba-mutex.kdump');
    if (entry === undefined) return;
    await withSession(entry, async (session) => {
      const { facts, missing } = await ask(session, 0x1a0n);
      expect(facts.map(({ kind, text }) => [kind, text])).toEqual([['lowcore', 'lowcore of whichever CPU uses the address: restart_psw']]);
      expect(missing).toEqual([]);
    });
  });
});

const aarch64 = dumpEntries.find(({ name }) => name === 'o-a64-a1-qemu.elf');

describe.skipIf(aarch64 === undefined)('pages of aarch64, whose array vmcoreinfo places', () => {
  if (aarch64 === undefined) it('needs the real dumps', () => undefined);
  else
    it('a task lies in a slab of its own cache, at the start of an object; other memory does not', async () => {
      await withSession(aarch64, async (session) => {
        const { list } = await kernelTasks(session, never);
        const tasks = list.tasks.filter(({ pid }) => pid !== undefined && pid > 0);
        expect(tasks.length).toBeGreaterThan(20);
        for (const { address } of every(tasks, 12)) {
          const answer = await ask(session, address + 0x10n);
          expect(fact(answer, 'slab')).toMatchObject({ cache: 'task_struct', object: `0x${address.toString(16)}`, offset: 0x10 });
          expect(fact(answer, 'page')?.pfn).toBe(Number(BigInt(fact(answer, 'memory')?.absolute ?? '0x0') >> 12n));
          // The twin: the page that follows the slab's last is of something else.
          const { index = 0, objects = 0, size = 0 } = fact(answer, 'slab') ?? {};
          const beyond = fact(await ask(session, address + BigInt((objects - index + 1) * size)), 'slab');
          expect(beyond?.object).not.toBe(`0x${address.toString(16)}`);
        }
      });
    });
});
