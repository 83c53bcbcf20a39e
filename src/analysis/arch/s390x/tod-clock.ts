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
