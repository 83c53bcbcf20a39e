/** TOD clock at 1970-01-01 00:00:00 UTC; 4096 units are one microsecond (s390-dump.md section 2). */
const tod1970 = 0x7d91048bca000000n;

/** TOD clock value of a time in seconds (fractions down to a microsecond) since 1970. */
export const todOfSeconds = (seconds: number): bigint => tod1970 + (BigInt(Math.round(seconds * 1e6)) << 12n);
