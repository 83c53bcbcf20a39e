/** Progress of a job over time: its rate and remaining time, from the last seconds only. */
import { samePhase } from '../../shared/scan-progress.ts';
import type { ScanProgress } from '../../shared/engine-protocol.ts';
import { pageSize } from '../../shared/units.ts';

interface Sample {
  readonly at: number;
  readonly done: number;
}

export interface Meter {
  readonly progress: ScanProgress;
  /** Of this phase, oldest first. */
  readonly samples: readonly Sample[];
}

const windowMs = 4000;
/** Less than this says nothing about the rate. */
const minSpanMs = 200;

/** @param now milliseconds of a monotonic clock */
export function measure(meter: Meter | undefined, progress: ScanProgress, now: number): Meter {
  const sample = { at: now, done: progress.done };
  const last = meter?.samples.at(-1);
  // Another phase, another unit, or a restart: earlier measurements do not apply.
  if (meter === undefined || last === undefined || !samePhase(meter.progress, progress) || meter.progress.unit !== progress.unit || last.done > progress.done)
    return { progress, samples: [sample] };
  const recent = meter.samples.filter((one) => now - one.at <= windowMs);
  return { progress, samples: [...recent, sample] };
}

/** Units per second; undefined while too little is known. */
export function rateOf(meter: Meter): number | undefined {
  const [first] = meter.samples;
  const last = meter.samples.at(-1);
  if (first === undefined || last === undefined || last.at - first.at < minSpanMs || last.done === first.done) return undefined;
  return ((last.done - first.done) * 1000) / (last.at - first.at);
}

/** Seconds until the phase is done. */
export function secondsLeft(meter: Meter): number | undefined {
  const rate = rateOf(meter);
  return rate === undefined ? undefined : Math.max(0, meter.progress.total - meter.progress.done) / rate;
}

/** 0 to 1; undefined when the total is not known. */
export function fractionOf({ progress }: Meter): number | undefined {
  return progress.total === 0 ? undefined : Math.min(1, progress.done / progress.total);
}

/** Bytes per second, if the unit is memory. */
export function bytesPerSecond(meter: Meter): number | undefined {
  const rate = rateOf(meter);
  if (rate === undefined || meter.progress.unit === 'checks') return undefined;
  return meter.progress.unit === 'pages' ? rate * pageSize : rate;
}
