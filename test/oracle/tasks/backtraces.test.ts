/**
 * Backtraces against crash's `bt -a` and `foreach bt`: every frame with its stack pointer, function and return address. crash prints
 * neither where the CPU is nor the caller that only the link register names; those frames are ours alone.
 */
import { describe, expect, it } from 'vitest';
import { describeBacktrace } from '../../../src/analysis/engine/kernel/backtrace.ts';
import type { SymbolTable } from '../../../src/analysis/kernel/symbols/symbol-table.ts';
import type { BacktraceJson, FrameJson } from '../../../src/shared/task-model.ts';
import { dumpEntries, oracleText } from '../../dumps.ts';
import { withSession } from '../oracle-suite.ts';
import { crashTraces, type StatedTrace } from './crash-texts.ts';
import { valueOf } from '../../../src/shared/result.ts';

const never = new AbortController().signal;
const texts = dumpEntries
  .filter(({ name, how }) => how !== 'derived' && /-s390|-small/.test(name) && !/\.s390$|flat|zstd|s1-qemu\.kdump/.test(name))
  .flatMap((entry) =>
    ['crash.txt', 'crash-8.0.6.txt'].flatMap((suffix) => {
      const stated = crashTraces(oracleText(entry.name, suffix) ?? '').filter(({ frames }) => frames.length > 0);
      return stated.length === 0 ? [] : [[entry.name, suffix, entry, stated] as const];
    }),
  );

/**
 * Names may differ where it can be explained. A call that never returns may be the last instruction of its function: crash then names
 * the function after it, where the call would return to. Of several names of one function crash and kallsyms may prefer different
 * ones. crash knows no names with a dot and takes the function before. Functions of modules have names only where types are known.
 */
function meansTheSame(symbols: SymbolTable | undefined, frame: FrameJson, stated: string): boolean {
  const address = BigInt(frame.address);
  const starts = (symbols?.lookup(stated) ?? []).map((symbol) => symbol.address);
  if (frame.symbol === undefined) return starts.length === 0;
  const [name = '', offset = '0'] = frame.symbol.split('+');
  if (name === stated || starts.includes(address) || starts.includes(address - BigInt(offset))) return true;
  return name.includes('.') && starts.some((start) => start < address && address - start < 0x1000n);
}

const stackOf = (pointer: string): bigint => BigInt(pointer) / 0x4000n;

/** crash 8.0.2 prints what an earlier call left in the frame from which a function was called onto another stack; 8.0.6 does not. */
function withoutStale(frames: StatedTrace['frames'], mine: readonly FrameJson[]): StatedTrace['frames'] {
  const known = new Set(mine.map(({ stackPointer }) => stackPointer));
  return frames.filter(({ stackPointer }, at) => {
    const before = frames[at - 1];
    return known.has(stackPointer) || before === undefined || stackOf(before.stackPointer) === stackOf(stackPointer);
  });
}

/** crash prints what lies where a leaf with a frame would have saved its return address: after an idle CPU's PSW the same function again. */
const isOfLeaf = ({ stackPointer, name }: StatedTrace['frames'][number], all: readonly FrameJson[]): boolean =>
  all.every((frame) => frame.stackPointer !== stackPointer) &&
  all.some(({ kind, symbol }, at) => all[at + 1]?.kind === 'link' && kind !== 'return' && symbol?.startsWith(`${name}+`) === true);

function differences(stated: readonly StatedTrace[], ours: BacktraceJson, symbols: SymbolTable | undefined): readonly string[] {
  const byTask = new Map(ours.traces.map((trace) => [trace.task?.address, trace]));
  return stated.flatMap(({ pid, task, frames: printed }) => {
    const all = byTask.get(task)?.frames ?? [];
    const mine = all.filter(({ kind }) => kind === 'return');
    const frames = withoutStale(printed, mine).filter((frame) => !isOfLeaf(frame, all));
    const same =
      mine.length === frames.length &&
      frames.every(({ stackPointer, name, address }, at) => {
        const frame = mine[at];
        return frame?.stackPointer === stackPointer && frame.address === address && meansTheSame(symbols, frame, name);
      });
    return same ? [] : [`${pid}: ${JSON.stringify(mine)}\n stated ${JSON.stringify(frames)}`];
  });
}

describe.skipIf(texts.length === 0)('backtraces', () => {
  if (texts.length === 0) it('needs the real dumps', () => undefined);
  it.each(texts)('%s: the same frames as %s', async (_name, _suffix, entry, stated) => {
    const { ours, symbols } = await withSession(entry, async (session) => {
      const search = session.kernel.symbols;
      return { ours: await describeBacktrace(session, { all: true }, never), symbols: valueOf(search) };
    });
    expect(differences(stated, ours, symbols)).toEqual([]);
    const altered = {
      ...ours,
      traces: ours.traces.map((trace) => ({
        ...trace,
        frames: trace.frames.map((frame, at) => (at === trace.frames.length - 1 ? { ...frame, address: '0x8' } : frame)),
      })),
    };
    expect(differences(stated, altered, symbols)).toHaveLength(stated.length);
  });
});
