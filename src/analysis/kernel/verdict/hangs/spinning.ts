/** A CPU that spins for a lock, and who holds it. */
import { functionName } from '../../stacks/crash-path.ts';
import type { BusyCpu } from './hangs.ts';
import type { CpuAtWork, HangSource } from './hang-source.ts';
import { defined } from '../../../../shared/defined.ts';

const spinning =
  /^(?:arch_spin_lock_(?:wait|queued|classic)|arch_(?:read|write)_lock_wait|(?:native_|__pv_)?queued_(?:spin|read|write)_lock_slowpath|_raw_(?:spin|read|write)_lock\w*)$/;
/** The lock function may call one of its own, or have been interrupted. */
const inner = 2;
/** The lowcore and what a null pointer leads to. */
const lowest = 0x2000n;

/** @returns undefined where the CPU does not spin for a lock */
export function spinsFor({ memory, spinLocks, cpus, atWork, symbolAt }: HangSource, { number, cpu, frames }: CpuAtWork): BusyCpu['spins'] {
  const frame = frames.slice(0, inner).find(({ symbol }) => spinning.test(functionName(symbol)));
  if (frame === undefined) return undefined;
  if (spinLocks === undefined) return {};
  const { offset, count } = spinLocks.savedRegisters;
  const saved = frame.kind === 'interrupted' && frame.stackPointer !== undefined ? BigInt(frame.stackPointer) : undefined;
  const registers =
    saved === undefined ? (cpu.gprs ?? []).map(BigInt) : Array.from({ length: count }, (_, at) => memory.u64(saved + BigInt(offset + at * 8)) ?? 0n);
  const most = cpus.reduce((highest, one) => Math.max(highest, one.number), 0) + 1;
  const found = new Map<bigint, { readonly owner: number; readonly word: number }>();
  for (const [at, address] of registers.entries()) {
    if (spinLocks.notLocks.includes(at) || address < lowest || (address & 3n) !== 0n) continue;
    const word = memory.u32(address);
    const owner = word === undefined ? undefined : spinLocks.owner(word, most);
    if (word !== undefined && owner !== undefined && owner !== number && atWork.some((one) => one.number === owner)) found.set(address, { owner, word });
  }
  const [one] = found;
  // Two that could be it are none.
  if (one === undefined || found.size > 1) return {};
  const name = symbolAt(one[0]);
  return { address: one[0], ...one[1], ...defined({ name }) };
}
