/** Time of day next to the time since boot, in microseconds. */

const micros = (iso: string): bigint | undefined => {
  const found = /^(.+)\.(\d{6})Z$/.exec(iso);
  const whole = Date.parse(`${found?.[1] ?? ''}Z`);
  return found === null || Number.isNaN(whole) ? undefined : BigInt(whole) * 1000n + BigInt(found[2] ?? 0);
};

/**
 * @param boot time of day at boot, with six digits: "2026-11-23T07:25:37.123456Z"
 * @param time seconds since boot with nine digits
 * @returns "2026-11-23 07:25:40.654321"; undefined if one of them is not a time
 */
export function dayTime(boot: string | undefined, time: string | undefined): string | undefined {
  const start = boot === undefined ? undefined : micros(boot);
  const since = /^(\d+)\.(\d{9})$/.exec(time ?? '');
  if (start === undefined || since === null) return undefined;
  const at = start + BigInt(since[1] ?? 0) * 1_000_000n + BigInt(since[2] ?? 0) / 1000n;
  const date = new Date(Number(at / 1000n));
  if (Number.isNaN(date.getTime())) return undefined;
  return `${date.toISOString().replace('T', ' ').replace('Z', '')}${(at % 1000n).toString().padStart(3, '0')}`;
}
