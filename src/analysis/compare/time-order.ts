/** Which of two dumps is the older one, by the moments that both record with one clock. */
import type { CompareTimes } from '../../shared/compare-model.ts';
import { defined } from '../../shared/defined.ts';

export type Clock = NonNullable<CompareTimes['clock']>;

export interface RecordedMoment {
  readonly clock: Clock;
  /** Whose lowcore it is from: another CPU looked at the clock at another moment. */
  readonly cpu?: number;
  readonly iso: string;
}

const clockNames: Readonly<Record<Clock, string>> = {
  lowcore: 'last_update_clock of the lowcores',
  'dump-start': 'start of the dump',
  crash: 'time of the crash',
};

type Moments = readonly RecordedMoment[];

/** Two clocks differ by what nobody recorded, so moments are only compared where one clock gave both. */
export function timeOrder(left: Moments, right: Moments): CompareTimes {
  const [one, other] = [left[0], right[0]];
  if (one === undefined || other === undefined) {
    const without = one === undefined && other === undefined ? 'neither dump records' : 'one of the dumps does not record';
    return { order: 'unknown', text: `${without} when it was taken`, ...defined({ left: one?.iso, right: other?.iso }) };
  }
  const shared = (from: Moments, others: Moments): RecordedMoment | undefined =>
    from.find(({ clock, cpu }) => others.some((moment) => moment.clock === clock && moment.cpu === cpu));
  const [ours, theirs] = [shared(left, right), shared(right, left)];
  if (ours !== undefined && theirs?.clock === ours.clock) return ordered(ours, theirs);
  const why =
    one.clock === other.clock
      ? `${clockNames[one.clock]} is known for different CPUs`
      : `they record moments of different clocks (${clockNames[one.clock]}, ${clockNames[other.clock]})`;
  return { order: 'unknown', text: `which of the two was taken first cannot be determined: ${why}`, left: one.iso, right: other.iso };
}

function ordered({ clock, iso: left }: RecordedMoment, { iso: right }: RecordedMoment): CompareTimes {
  const apart = microseconds(right) - microseconds(left);
  const by = apartText(apart < 0n ? -apart : apart, clock === 'crash');
  const direction = apart < 0n ? 'earlier' : 'later';
  const times = { clock, left, right };
  if (apart === 0n) {
    // A crash that is the same says nothing of when each dump was taken.
    if (clock === 'crash') return { order: 'unknown', text: 'both record the same time of the crash', ...times };
    return { order: 'same', text: `both are of the same moment (${clockNames[clock]})`, ...times };
  }
  const text = clock === 'crash' ? `the crash of the right dump was ${by} ${direction}` : `the right dump was taken ${by} ${direction} (${clockNames[clock]})`;
  return { order: apart < 0n ? 'right-older' : 'left-older', text, apart: by, ...times };
}

/** Microseconds since 1970 of an ISO time with any number of digits after the second. */
function microseconds(iso: string): bigint {
  const match = /^(.*:\d\d)(?:\.(\d+))?Z$/.exec(iso);
  const seconds = BigInt(Math.floor(Date.parse(`${match?.[1] ?? iso}Z`) / 1000));
  return seconds * 1_000_000n + BigInt((match?.[2] ?? '').slice(0, 6).padEnd(6, '0'));
}

function apartText(apart: bigint, wholeSeconds: boolean): string {
  const seconds = Number(apart) / 1e6;
  // CRASHTIME has no fraction.
  if (wholeSeconds && seconds < 120) return `${seconds.toFixed(0)} s`;
  if (seconds < 120) return `${seconds.toFixed(seconds < 10 ? 3 : 1)} s`;
  const [days, hours, minutes] = [Math.floor(seconds / 86400), Math.floor(seconds / 3600) % 24, Math.floor(seconds / 60) % 60];
  if (days > 0) return `${days} d ${hours} h`;
  return hours > 0 ? `${hours} h ${minutes} min` : `${minutes} min ${Math.floor(seconds % 60)} s`;
}
