/**
 * Return addresses on the stacks of real kernels, replaced by a tracer's trampoline as the function graph tracer does it, with and without the tracer's
 * own entries: offsets and layouts are those of the kernel's types. With the entries the trace is the one from before.
 */
import { describe, expect, it } from 'vitest';
import { describeBacktrace } from '../../../src/analysis/engine/kernel/backtrace.ts';
import { sessionOn, type Session } from '../../../src/analysis/engine/session/session.ts';
import { kernelTasks } from '../../../src/analysis/engine/kernel/kernel-tasks.ts';
import { structTypes } from '../../../src/analysis/kernel/btf/type-layout.ts';
import type { ByteSource } from '../../../src/analysis/source/byte-source.ts';
import { defined } from '../../../src/shared/defined.ts';
import type { TraceJson } from '../../../src/shared/task-model.ts';
import { dumpsByName } from '../../dump-folders.ts';
import { openDumpSource, withDumps } from '../../dumps.ts';
import { patchedSource, type BytePatch } from '../../patched-source.ts';

const never = new AbortController().signal;
const pageBytes = 4096;

/** Uncompressed dumps: a page of memory is found in the file by what it holds. */
const dumps = withDumps(['c-x86-null.kdump', 'c-k61-null.kdump', 'c-kdump-hung.s390']);

/** Where a page that no other is like lies in the file: looked for by its piece that has the fewest zeros. */
function offsetOfPage(source: ByteSource, page: Uint8Array): number {
  const pieceBytes = 64;
  const zeros = (at: number): number => page.subarray(at, at + pieceBytes).filter((byte) => byte === 0).length;
  const [piece = 0] = Array.from({ length: pageBytes / pieceBytes }, (_, index) => index * pieceBytes).sort((a, b) => zeros(a) - zeros(b));
  const wanted = page.subarray(piece, piece + pieceBytes);
  const step = 1 << 22;
  const found = new Set<number>();
  const block = Buffer.alloc(step + pieceBytes);
  const whole = Buffer.alloc(pageBytes);
  for (let at = 0; at < source.size; at += step) {
    const got = block.subarray(0, source.readInto(at, block.subarray(0, Math.min(block.length, source.size - at))));
    for (let one = got.indexOf(wanted); one !== -1; one = got.indexOf(wanted, one + 1)) {
      const start = at + one - piece;
      if (start >= 0 && source.readInto(start, whole) === pageBytes && whole.equals(page)) found.add(start);
    }
  }
  const [offset] = found;
  if (offset === undefined || found.size > 1) throw new Error(`the page is ${found.size} times in the file`);
  return offset;
}

/** Of two systems the one that ran. */
function sessionOf(source: ByteSource): Session {
  const session = sessionOn(source);
  return session.twoSystems === undefined ? session : session.inView('kdump');
}

interface Word {
  readonly address: bigint;
  readonly value: bigint;
  readonly bytes?: 4;
}

function patchesOf(source: ByteSource, { kernel }: Session, words: readonly Word[]): readonly BytePatch[] {
  const { memory } = kernel;
  return words.map(({ address, value, bytes: size = 8 }) => {
    const start = address & ~BigInt(pageBytes - 1);
    const page = memory.bytes(start, pageBytes);
    if (page === undefined) throw new Error(`no page at 0x${start.toString(16)}`);
    const bytes = Buffer.alloc(8);
    if (memory.endian === 'big') bytes.writeBigUInt64BE(BigInt.asUintN(64, size === 4 ? value << 32n : value));
    else bytes.writeBigUInt64LE(BigInt.asUintN(64, value));
    return { offset: offsetOfPage(source, page) + Number(address - start), bytes: bytes.subarray(0, size) };
  });
}

describe.skipIf(dumps.length === 0)('the function graph tracer on a real kernel', () => {
  it.each(dumps)('%s: a return address that it replaced is hidden without its entries, and found by them', async (name) => {
    const entry = dumpsByName.get(name);
    if (entry === undefined) throw new Error('no such dump');
    const { source, close } = await openDumpSource(entry);
    try {
      const session = sessionOf(source);
      const { traces } = await describeBacktrace(session, { all: true }, never);
      const trace = traces.find((one) => one.cpu === undefined && one.frames.length > 5 && one.end === 'complete' && (one.task?.pid ?? 0) > 2);
      const { task, frames = [] } = trace ?? {};
      const frame = frames[3];
      if (task?.pid === undefined || frame?.stackPointer === undefined) throw new Error('no stack to change');
      const tasks = await kernelTasks(session, never);
      // Below the frame of the one that gave up the CPU nothing is used: entries go there.
      const stack = BigInt(frames[1]?.stackPointer ?? '0x0') - 0x200n;
      const trampoline = tasks.symbols?.lookup('return_to_handler')[0]?.address;
      if (tasks.types === undefined || trampoline === undefined) throw new Error('no types or no tracer');
      const types = structTypes(tasks.types.types);
      const offset = (struct: string, member: string): bigint => BigInt(types.offset(struct, member) ?? -1);
      const isBig = session.kernel.memory.endian === 'big';
      // s390x: of the frame at the stack pointer the word at 136.
      const slot = BigInt(frame.stackPointer) + (isBig ? 136n : 0n);
      const replaced: Word = { address: slot, value: trampoline };
      const traceWith = async (words: readonly Word[]): Promise<TraceJson | undefined> => {
        const changed = sessionOf(patchedSource(source, patchesOf(source, session, words)));
        return (await describeBacktrace(changed, defined({ pid: task.pid }), never)).traces[0];
      };

      const hidden = await traceWith([replaced]);
      expect(hidden?.frames.slice(0, 3)).toEqual(frames.slice(0, 3));
      expect(hidden?.frames[3]).toEqual({
        ...defined({ kind: frame.kind, stackPointer: frame.stackPointer, stack: frame.stack }),
        address: `0x${trampoline.toString(16)}`,
        trampoline: 'return_to_handler',
        hidden: 'the task has no ret_stack',
      });
      if (isBig) expect(hidden?.frames.slice(4)).toEqual(frames.slice(4));
      else expect(hidden?.detail).toContain("return_to_handler, a tracer's trampoline, hides the caller");

      const at = stack - (stack % 8n);
      const size = BigInt(types.size('ftrace_ret_stack') ?? 0);
      const isWords = name.includes('kdump-hung');
      const entries: readonly Word[] = [
        { address: at + offset('ftrace_ret_stack', 'ret'), value: BigInt(frame.address) },
        { address: at + offset('ftrace_ret_stack', 'func'), value: BigInt(frames[2]?.address ?? '0x0') },
        { address: at + offset('ftrace_ret_stack', 'retp'), value: BigInt(frame.stackPointer) },
        { address: at + size, value: (1n << 12n) | (1n << 10n) | (size / 8n) },
        { address: BigInt(task.address) + offset('task_struct', 'ret_stack'), value: at },
        { address: BigInt(task.address) + offset('task_struct', 'curr_ret_stack'), value: isWords ? size / 8n + 1n : 0n, bytes: 4 },
      ];
      const seen = await traceWith([replaced, ...entries]);
      expect(seen?.frames).toEqual(frames.map((one, index) => (index === 3 ? { ...one, trampoline: 'return_to_handler' } : one)));
      expect(seen?.end).toBe('complete');
    } finally {
      close();
    }
  });
});
