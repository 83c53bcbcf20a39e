/**
 * The clock of the kernel's log on the axis of the debug feature. Of s390x both are the TOD clock: the log counts nanoseconds since tod_clock_base (sched_clock in
 * arch/s390/kernel/time.c), the debug feature notes microseconds of the clock itself (debug_finish_entry in arch/s390/kernel/debug.c). Where the clock was set again
 * while the system ran (STP), the base moved with it and times of before are off by as much: tod_steering_end, which begins as the base, tells.
 */
import { failed, isFailure, type Result } from '../../../shared/result.ts';
import { hex } from '../../../shared/units.ts';
import type { KernelObjects } from '../object/kernel-objects.ts';

/** TOD clock at 1970. */
const unixEpoch = 0x7d91048bca000000n;
/** Bits of the TOD clock below a microsecond. */
const microShift = 12n;
/** union tod_clock: the epoch index, and the 64 bits that STCK stores. */
const todOffset = 1n;

export interface BootClock {
  /** Microseconds since 1970, by the TOD clock, of a time of the log in nanoseconds. */
  wall(nanoseconds: bigint): bigint;
  /** Seconds since boot of microseconds since 1970. */
  sinceBoot(micros: bigint): number;
}

const what = 'one time axis of log and debug feature';

function word(objects: KernelObjects, name: string, offset: bigint): Result<bigint> {
  const at = objects.addressOf(name);
  if (isFailure(at)) return failed(what, at.missing.why);
  const bytes = objects.space.memory.bytes(at.value + offset, 8);
  return bytes === undefined ? failed(what, `${name} at ${hex(at.value)} is not in the dump`) : { value: Buffer.from(bytes).readBigUInt64BE() };
}

/** @returns a failure where memory does not prove that the two clocks ran together since boot */
export function bootClock(objects: KernelObjects): Result<BootClock> {
  const base = word(objects, 'tod_clock_base', todOffset);
  if (isFailure(base)) return base;
  if (base.value < unixEpoch) return failed(what, `tod_clock_base is ${hex(base.value)}, a time before 1970`);
  const steered = word(objects, 'tod_steering_end', 0n);
  if (isFailure(steered)) return failed(what, `whether the TOD clock was set while the system ran is not known: ${steered.missing.why}`);
  if (steered.value !== base.value)
    return failed(
      what,
      `the TOD clock was set while the system ran (tod_steering_end ${hex(steered.value)} is not tod_clock_base ${hex(base.value)}), and when and by how much is not recorded`,
    );
  return {
    value: {
      // 4096 units of the clock are 1000 ns.
      wall: (nanoseconds) => ((base.value + (nanoseconds * 512n) / 125n) >> microShift) - (unixEpoch >> microShift),
      sinceBoot: (micros) => Number(((micros << microShift) + unixEpoch - base.value) / (1n << microShift)) / 1_000_000,
    },
  };
}
