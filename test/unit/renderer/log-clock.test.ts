import { describe, expect, it } from 'vitest';
import { dayTime } from '../../../src/renderer/words/log-clock.ts';

describe('the time of day of a record', () => {
  it('is that of boot plus the time since, to the microsecond', () => {
    expect(dayTime('2026-11-23T07:25:37.123456Z', '3.530865999')).toBe('2026-11-23 07:25:40.654321');
    expect(dayTime('2026-12-31T23:59:59.999999Z', '0.000001000')).toBe('2027-01-01 00:00:00.000000');
  });

  it('is undefined if the boot or the record has no time', () => {
    expect(dayTime(undefined, '1.000000000')).toBeUndefined();
    expect(dayTime('2026-11-23T07:25:37.123456Z', undefined)).toBeUndefined();
    expect(dayTime('some day', '1.000000000')).toBeUndefined();
  });
});
