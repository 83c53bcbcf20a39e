/** Times as a person types them: moments of the calendar, and seconds of a clock. */

/** What a moment may look like, for messages. */
export const momentForm = 'a time such as 2026-11-29, 2026-11-29T22:00Z or "2026-11-29 22:00:00.25+02:00" (UTC unless it names a zone)';

const moment =
  /^(?<year>\d{4})-(?<month>\d\d)-(?<day>\d\d)(?:[T ](?<hour>\d\d):(?<minute>\d\d)(?::(?<second>\d\d)(?:[.,](?<fraction>\d{1,6}))?)?(?: ?(?<zone>Z|(?<sign>[+-])(?<zoneHour>\d\d):?(?<zoneMinute>\d\d)?))?)?$/i;

/**
 * Microseconds since 1970 of a moment in ISO 8601, with T or a space; UTC without a zone, midnight without a time.
 * @returns undefined for what is no such moment, such as the 30th of February
 */
export function momentOf(typed: string): bigint | undefined {
  const parts = moment.exec(typed.trim())?.groups;
  if (parts === undefined) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, zoneHour = 0, zoneMinute = 0] = (
    ['year', 'month', 'day', 'hour', 'minute', 'second', 'zoneHour', 'zoneMinute'] as const
  ).map((name) => Number(parts[name] ?? 0));
  if (hour > 23 || minute > 59 || second > 59 || zoneHour > 23 || zoneMinute > 59) return undefined;
  const date = new Date(0);
  // Date.UTC takes years below 100 for those of the 20th century.
  date.setUTCFullYear(year, month - 1, day);
  if (date.getUTCFullYear() !== year || date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return undefined;
  date.setUTCHours(hour, minute, second);
  const ahead = (zoneHour * 60 + zoneMinute) * (parts.sign === '-' ? -1 : 1);
  return BigInt(date.getTime() - ahead * 60_000) * 1000n + BigInt((parts.fraction ?? '').padEnd(6, '0'));
}

/** What seconds of a clock may look like, for messages. */
export const secondsForm = 'a number of seconds such as 51.25 (up to nine decimals)';

/** Digits are kept as they are: a number would lose nanoseconds of a clock that ran for months. */
export const isSeconds = (typed: string): boolean => /^\d{1,19}(?:\.\d{1,9})?$/.test(typed);
