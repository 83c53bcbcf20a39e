/** One line on a terminal's stderr with share, rate and ETA, redrawn at most ten times a second. Silent elsewhere. */
import { phaseText, samePhase } from '../shared/scan-progress.ts';
import type { ScanProgress } from '../shared/engine-protocol.ts';
import { steadyMilliseconds } from '../files/steady-clock.ts';
import { byteText, pageSize } from '../shared/units.ts';
import type { CliIo, OutputOptions } from './io.ts';

const redrawMs = 100;
const barWidth = 24;

export interface ProgressLine {
  readonly update: (value: ScanProgress) => void;
  readonly clear: () => void;
}

const duration = (seconds: number): string => (seconds < 60 ? `${Math.ceil(seconds)} s` : `${Math.floor(seconds / 60)} min ${Math.ceil(seconds % 60)} s`);

function rateText(value: ScanProgress, perSecond: number): string {
  if (value.unit === 'checks') return '';
  return `${byteText(Math.round(value.unit === 'pages' ? perSecond * pageSize : perSecond))}/s`;
}

export function progressLine(io: CliIo, output: OutputOptions, now: () => number = steadyMilliseconds): ProgressLine {
  if (!io.errIsTerminal || output.quiet) return { update: () => undefined, clear: () => undefined };
  let last: ScanProgress | undefined;
  let started = 0;
  let first = 0;
  let drawn = -redrawMs;
  let shown = false;
  return {
    update(value) {
      const time = now();
      if (last === undefined || !samePhase(last, value)) {
        last = value;
        started = time;
        first = value.done;
      }
      if (time - drawn < redrawMs && value.done < value.total) return;
      drawn = time;
      const share = value.total === 0 ? 1 : value.done / value.total;
      const seconds = (time - started) / 1000;
      const perSecond = seconds > 0 ? (value.done - first) / seconds : 0;
      const eta = perSecond > 0 && value.done < value.total ? `, ${duration((value.total - value.done) / perSecond)} left` : '';
      const filled = Math.round(share * barWidth);
      const bar = `${'#'.repeat(filled)}${'.'.repeat(barWidth - filled)}`;
      io.err(`\r\u001b[K${phaseText(value)} [${bar}] ${Math.floor(share * 100)} % ${rateText(value, perSecond)}${eta}`.slice(0, Math.max(20, io.columns + 4)));
      shown = true;
    },
    clear() {
      if (shown) io.err('\r\u001b[K');
      shown = false;
    },
  };
}
