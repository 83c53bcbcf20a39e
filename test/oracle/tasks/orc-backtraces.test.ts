/**
 * Backtraces on x86_64 by the ORC tables, against drgn's, which come from the debug information: every task's return addresses in their
 * order. Inlined functions are one frame with the one that they are inlined in; the last frame of a system call is the user's.
 */
import { describe, expect, it } from 'vitest';
import { describeBacktrace } from '../../../src/analysis/engine/kernel/backtrace.ts';
import { sessionOn } from '../../../src/analysis/engine/session/session.ts';
import { triage } from '../../../src/analysis/engine/triage/triage.ts';
import { unwindX86Task } from '../../../src/analysis/arch/x86_64/unwind.ts';
import { structTypes } from '../../../src/analysis/kernel/btf/type-layout.ts';
import { orcTables, type OrcTables } from '../../../src/analysis/arch/x86_64/orc-tables.ts';
import { withoutLostPages } from '../../../src/analysis/kernel/memory/lost-pages.ts';
import type { TraceJson } from '../../../src/shared/task-model.ts';
import { seededRandom } from '../../../src/samples/seeded-random.ts';
import { dumpEntries, openDumpSource, oracleText } from '../../dumps.ts';
import { withSession } from '../oracle-suite.ts';
import { isFailure, type Result } from '../../../src/shared/result.ts';

const never = new AbortController().signal;

function tablesOf(read: Result<OrcTables>): OrcTables {
  if (isFailure(read)) throw new Error(read.missing.why);
  return read.value;
}

interface Stated {
  readonly pid: number;
  readonly addresses: readonly string[];
}

/** "stack of PID NAME", then a line for each frame. */
function drgnTraces(text: string): readonly Stated[] {
  const heads = [...text.matchAll(/^stack of (\d+) .*$/gm)];
  return heads.map((head, index) => {
    const part = text.slice(head.index, heads[index + 1]?.index ?? text.length);
    const addresses = [...part.matchAll(/^ +#\d+ at (0x[0-9a-f]+)/gm)].map(([, address = '']) => address);
    return { pid: Number(head[1]), addresses: addresses.filter((address, at) => address !== addresses[at - 1]) };
  });
}

function differences(stated: readonly Stated[], traces: readonly TraceJson[]): readonly string[] {
  return stated.flatMap(({ pid, addresses }) => {
    const trace = traces.find(({ task }) => task?.pid === pid);
    const kernel = addresses.filter((address) => BigInt(address) >> 63n === 1n);
    const mine = trace?.frames.map(({ address }) => address) ?? [];
    const user = addresses.find((address) => BigInt(address) >> 63n === 0n);
    const isSame = JSON.stringify(mine) === JSON.stringify(kernel) && (user === undefined || trace?.user?.address === user);
    return isSame ? [] : [`${pid}: ${JSON.stringify(trace)}\n stated ${JSON.stringify(addresses)}`];
  });
}

const texts = dumpEntries.flatMap((entry) => {
  const stated = entry.name.includes('-x86-') && entry.how !== 'derived' ? drgnTraces(oracleText(entry.name, 'drgn.txt') ?? '') : [];
  return stated.length === 0 ? [] : [[entry.name, entry, stated] as const];
});

describe.skipIf(texts.length === 0)('backtraces by ORC', () => {
  if (texts.length === 0) it('needs the real dumps', () => undefined);
  it.each(texts)('%s: as drgn unwinds them', async (_, entry, stated) => {
    const { traces } = await withSession(entry, (session) => describeBacktrace(session, { all: true }, never));
    expect(stated.length).toBeGreaterThan(30);
    expect(differences(stated, traces)).toEqual([]);
    expect(traces.map(({ end }) => end).filter((end) => end !== 'complete' && end !== 'entered-from-user')).toEqual([]);
    const altered = traces.map((trace) => ({ ...trace, frames: trace.frames.slice(1) }));
    expect(differences(stated, altered)).toHaveLength(stated.length);
  });

  it('say in the triage where the kernel panicked', async () => {
    const entry = dumpEntries.find(({ name }) => name === 'o-x86-x1-vmcore.elf');
    if (entry === undefined) throw new Error('no such dump');
    const { reason, crashPlaces } = await withSession(entry, (session) => triage(session, never));
    expect(reason).toContain('was running init (pid 1) in sysrq_handle_crash, called by __handle_sysrq');
    expect(crashPlaces).toEqual([expect.objectContaining({ cpu: 1, symbol: 'sysrq_handle_crash+0x16' })]);
  });

  it('of damaged stacks and tables end with a reason', async () => {
    const entry = dumpEntries.find(({ name }) => name === 'o-x86-x1-vmcore.elf');
    if (entry === undefined) throw new Error('no such dump');
    const { source, close } = await openDumpSource(entry);
    try {
      const { kernel } = sessionOn(source);
      if (isFailure(kernel.symbols) || isFailure(kernel.types)) throw new Error('no symbols or types');
      const types = structTypes(kernel.types.value.types);
      const random = seededRandom(3);
      const whole = withoutLostPages(kernel.memory);
      const symbols = kernel.symbols.value;
      const stack = symbols.lookup('init_stack')[0]?.address ?? symbols.lookup('init_thread_union')[0]?.address ?? 0n;
      for (let round = 0; round < 200; round += 1) {
        // Every word of a stack is something else, an address of code more often than not.
        const text = symbols.lookup('_stext')[0]?.address ?? 0n;
        const wrong = (): bigint => (random.below(3) === 0 ? (BigInt(random.u32()) << 32n) | BigInt(random.u32()) : text + BigInt(random.below(0x80_0000)));
        const memory = { ...whole, u64: (address: bigint) => (address >= stack && address < stack + 0x4000n ? wrong() : whole.u64(address)) };
        const tables = tablesOf(orcTables(memory, symbols, types, []));
        const trace = unwindX86Task({ memory, symbols, types, tables, stacks: [] }, stack + BigInt(random.below(0x400) * 8));
        expect(trace.frames.length).toBeLessThanOrEqual(512);
        expect(trace.detail).not.toBe('');
      }
      // Without its pages a table is not used at all.
      const lost = { ...whole, s32: () => undefined };
      expect(() => tablesOf(orcTables(lost, symbols, types, []))).toThrow(/another meaning/);
    } finally {
      close();
    }
  });

  it('end before a value that no call has left there', async () => {
    const entry = dumpEntries.find(({ name }) => name === 'o-x86-x1-vmcore.elf');
    if (entry === undefined) throw new Error('no such dump');
    await withSession(entry, async (session) => {
      const { kernel } = session;
      if (isFailure(kernel.symbols) || isFailure(kernel.types)) throw new Error('no symbols or types');
      const types = structTypes(kernel.types.value.types);
      const symbols = kernel.symbols.value;
      const whole = withoutLostPages(kernel.memory);
      const tables = tablesOf(orcTables(whole, symbols, types, []));
      const savedAt = BigInt(types.offset('task_struct', 'thread.sp') ?? 0);
      const code = symbols.lookup('vfs_read')[0]?.address ?? 0n;
      const { traces } = await describeBacktrace(session, { all: true }, never);
      let words = 0;
      for (const { task, frames } of traces.filter(({ cpu }) => cpu === undefined).slice(0, 12)) {
        const saved = whole.u64(BigInt(task?.address ?? 0) + savedAt) ?? 0n;
        const addresses = frames.map(({ address }) => BigInt(address));
        for (const [index, { stackPointer }] of frames.entries()) {
          if (stackPointer === undefined) continue;
          for (const wrong of [0n, code, code + 4n]) {
            const memory = { ...whole, u64: (at: bigint) => (at === BigInt(stackPointer) ? wrong : whole.u64(at)) };
            const trace = unwindX86Task({ memory, symbols, types, tables, stacks: [] }, saved);
            expect({ end: trace.end, addresses: trace.frames.map(({ address }) => address) }).toEqual({ end: 'broken', addresses: addresses.slice(0, index) });
            expect(trace.detail).toContain(`${stackPointer} is no return address`);
            words += 1;
          }
        }
      }
      expect(words).toBeGreaterThan(60);
    });
  });

  it('are read with the registers numbered as later kernels number them', async () => {
    const entry = dumpEntries.find(({ name }) => name === 'o-x86-x1-vmcore.elf');
    if (entry === undefined) throw new Error('no such dump');
    const { source, close } = await openDumpSource(entry);
    try {
      const { kernel } = sessionOn(source);
      if (isFailure(kernel.symbols) || isFailure(kernel.types)) throw new Error('no symbols or types');
      const symbols = kernel.symbols.value;
      const types = structTypes(kernel.types.value.types);
      const whole = withoutLostPages(kernel.memory);
      const start = symbols.lookup('__start_orc_unwind')[0]?.address ?? 0n;
      const end = symbols.lookup('__stop_orc_unwind')[0]?.address ?? 0n;
      // By old number: undefined, previous sp, dx, di, bp, sp, r10, r13, bp indirect, sp indirect. Their numbers are in the fifth byte.
      const renumbered = (numbers: readonly number[]) => ({
        ...whole,
        bytes(address: bigint, length: number) {
          const entryBytes = whole.bytes(address, length)?.slice();
          if (entryBytes !== undefined && address >= start && address < end) {
            const both = entryBytes[4] ?? 0;
            entryBytes[4] = (numbers[both & 0xf] ?? 0) | ((numbers[both >> 4] ?? 0) << 4);
          }
          return entryBytes;
        },
      });
      const old = tablesOf(orcTables(whole, symbols, types, []));
      const later = tablesOf(orcTables(renumbered([0, 8, 2, 5, 4, 3, 6, 7, 10, 9]), symbols, types, []));
      const places = [...symbols.all()].filter(({ type, address }) => /[tT]/.test(type) && address < start).map(({ address }) => address + 0x10n);
      expect(places.length).toBeGreaterThan(10_000);
      const some = places.filter((_, at) => at % 20 === 0);
      expect(some.map((place) => later.find(place, undefined))).toEqual(some.map((place) => old.find(place, undefined)));
      expect(() => tablesOf(orcTables(renumbered([0, 1, 2, 3, 4, 6, 5, 7, 8, 9]), symbols, types, []))).toThrow(/another meaning/);
    } finally {
      close();
    }
  });
});
