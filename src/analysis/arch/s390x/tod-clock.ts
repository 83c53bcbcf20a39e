/** TOD clock (s390-dump.md section 2): bit 51 is one microsecond, the epoch is 1900. Leap seconds are not counted. */
const todOf1970 = 0x7d91048bca000000n;

/** ISO 8601 UTC with microseconds; undefined for 0, which means "not recorded", and for values before 1970. */
export function todToIso(tod: bigint): string | undefined {
  if (tod < todOf1970) return undefined;
  return microsecondsToIso((tod - todOf1970) >> 12n);
}

/** Microseconds since 1970 as ISO 8601 UTC, all six digits of the fraction. */
export function microsecondsToIso(microseconds: bigint): string {
  const seconds = microseconds / 1_000_000n;
  const fraction = (microseconds % 1_000_000n).toString().padStart(6, '0');
  return `${new Date(Number(seconds) * 1000).toISOString().slice(0, -5)}.${fraction}Z`;
}

/** Timers count in the TOD clock's bit 51: 4096 units are a microsecond. */
const unitsPerMicrosecond = 4096n;

/** A duration in timer units as seconds with six digits, "-" before negative ones. */
export function durationText(units: bigint): string {
  const microseconds = units / unitsPerMicrosecond;
  const size = microseconds < 0n ? -microseconds : microseconds;
  return `${units < 0n ? '-' : ''}${size / 1_000_000n}.${(size % 1_000_000n).toString().padStart(6, '0')} s`;
}

/** The CPU timer runs down and interrupts below zero (Principles of Operation, chapter 4): what is left of it. */
export function cpuTimerText(value: bigint): string | undefined {
  return value === 0n ? undefined : durationText(BigInt.asIntN(64, value));
}

/**
 * full: all 64 bits · shifted: SIGP store status, the value without its last byte · low-56-bits: the kernel's own store on the CPU
 * that starts kdump, without its first byte · ambiguous: one of these two, nothing tells which.
 */
export type ComparatorForm = 'full' | 'shifted' | 'low-56-bits' | 'ambiguous';

export interface Comparator {
  readonly form: ComparatorForm;
  /** The comparator as far as it was stored; its missing byte is zero, or the software copy's. Absent when ambiguous. */
  readonly value?: bigint;
}

const low56 = (1n << 56n) - 1n;
const never = (1n << 64n) - 1n;

/**
 * Which of the three encodings a recorded clock comparator has (lowcore.md, field 0x1330).
 * @param raw as recorded in a note or a save area
 * @param software the lowcore's `clock_comparator`, where its layout is known
 */
export function clockComparator(raw: bigint, software: bigint | undefined): Comparator {
  if (raw >> 56n !== 0n || raw === 0n) return { form: 'full', value: raw };
  if (software === undefined) return { form: 'ambiguous' };
  if ((software & low56) === raw) return { form: 'low-56-bits', value: software };
  return { form: 'shifted', value: raw << 8n };
}

/** The time at which the comparator interrupts, "never" for the value that cannot be reached; undefined when not known. */
export function clockComparatorText(raw: bigint, software: bigint | undefined): string | undefined {
  if (raw === never || raw === low56) return 'never';
  const { form, value } = clockComparator(raw, software);
  if (value === undefined) return 'stored without its first or its last byte';
  if (value >> 8n === low56) return 'never';
  const time = todToIso(value);
  return time === undefined
    ? undefined
    : form === 'full'
      ? time
      : `${time} (stored ${form === 'shifted' ? 'without its last byte' : 'without its first byte'})`;
}
