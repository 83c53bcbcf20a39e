/**
 * Where no unwinder can follow a stack: every address on it that follows a call in the kernel's code. Some are left from earlier calls, so
 * each is a guess and is marked so. x86_64 kernels without frame pointers need the ORC tables; this is for where these cannot be used.
 */
import { functionOf, maxFrames, type Frame, type StackRange } from '../backtrace.ts';
import type { KernelBytes, KernelNames } from '../kernel-view.ts';
import { followsCall } from './return-address.ts';

export function guessFrames(memory: KernelBytes, symbols: KernelNames | undefined, stack: StackRange, from: bigint): readonly Frame[] {
  const frames: Frame[] = [];
  if (symbols === undefined) return frames;
  for (let at = (from + 7n) & ~7n; at + 8n <= stack.end && frames.length < maxFrames; at += 8n) {
    const address = memory.u64(at);
    if (address === undefined) break;
    const found = functionOf(symbols, address, true);
    if (found === undefined || address === found.start || followsCall(memory, address) !== true) continue;
    const [first] = symbols.lookup(found.name);
    if (first === undefined || !/^[tw]$/i.test(first.type)) continue;
    frames.push({ kind: 'guess', address, stackPointer: at, stack: stack.name });
  }
  return frames;
}
