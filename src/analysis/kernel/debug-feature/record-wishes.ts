/** Which records of the debug feature are asked for: parameters of the analyses that give them. */
import { failed, type Failure } from '../../../shared/result.ts';
import type { AnalysisKernel } from '../analyses/analysis-kernel.ts';
import { optional, type ParameterValues } from '../analyses/analysis.ts';
import { unknownCpu, unknownValue } from '../analyses/unknown-value.ts';
import type { DebugLog, DebugRecord } from './debug-logs.ts';
import { isoTime } from './record-text.ts';

/** @param of "only", where all rows are records of the debug feature */
export const recordWishParameters = (of: 'only' | 'of the debug feature only') => ({
  log: optional('text', `${of} this log: "cio_trace"`),
  level: optional('count', `${of} records of this level and more severe ones; 0 is the most severe`),
  cpu: optional('cpu', `${of} records of this Linux CPU`),
  caller: optional('text', `${of} records whose caller has this in its name`),
  from: optional('time', 'only records of this time or later: "2026-11-29T22:00:00.25Z", or with another zone; UTC without one'),
  to: optional('time', 'only records before this time'),
});
type Wanted = ParameterValues<ReturnType<typeof recordWishParameters>>;

export class RecordWishes {
  private readonly kernel: AnalysisKernel;
  private readonly wanted: Wanted;
  private readonly logs = new Set<string>();
  private readonly cpus = new Set<number>();
  /** Logs with records whose clock is not a time. */
  private readonly timeless = new Set<string>();

  constructor(kernel: AnalysisKernel, wanted: Wanted) {
    this.kernel = kernel;
    this.wanted = wanted;
  }

  /** Notes that the log exists. */
  isWantedLog({ name }: DebugLog): boolean {
    this.logs.add(name);
    return this.wanted.log === undefined || this.wanted.log === name;
  }

  /** @param micros since 1970 */
  isWithin(micros: bigint): boolean {
    const { from, to } = this.wanted;
    return (from === undefined || micros >= from) && (to === undefined || micros < to);
  }

  isWanted({ name }: DebugLog, record: DebugRecord): boolean {
    const { level, cpu, caller, from, to } = this.wanted;
    this.cpus.add(record.cpu);
    if (
      (level !== undefined && BigInt(record.level) > BigInt(level)) ||
      (cpu !== undefined && record.cpu !== cpu) ||
      (caller !== undefined && this.kernel.symbolAt(record.caller)?.includes(caller) !== true)
    )
      return false;
    if ((from !== undefined || to !== undefined) && isoTime(record.clock) === '') {
      this.timeless.add(name);
      return false;
    }
    return this.isWithin(record.clock);
  }

  /** After all records were looked at: what was asked for and does not exist, and what could not be held against it. */
  *unmet(): Generator<Failure, void> {
    const { log, cpu } = this.wanted;
    const unknown = [
      log === undefined ? undefined : unknownValue('log', log, this.logs),
      cpu === undefined || this.cpus.has(cpu) ? undefined : unknownCpu(this.kernel, cpu),
    ];
    for (const one of unknown) if (one !== undefined) yield one;
    for (const name of this.timeless) yield failed(`records of ${name} that have no time`, 'their clocks are not valid times, so they are left out');
  }
}
