/** The lines of the kernel's log around the end of the system. */
import type { LogRecordJson } from './kernel-model.ts';

export interface LogTail {
  readonly records: readonly LogRecordJson[];
  /** Place in them of the line that says why; undefined where there is none. */
  readonly death: number | undefined;
  /** Lines of the log above and below. */
  readonly before: number;
  readonly after: number;
}

/** Where a log is looked at first: at the line that says why the system died, else at its end. */
export function firstPlace(records: readonly LogRecordJson[]): number {
  const panic = records.findLastIndex(({ mark }) => mark === 'panic');
  return panic === -1 ? records.length - 1 : panic;
}

/**
 * Around the last panic, else the end of the log.
 * @param lines that are shown @param below of them below the line that says why: what a panic prints after it
 */
export function logTail(records: readonly LogRecordJson[], lines: number, below: number): LogTail {
  const place = firstPlace(records);
  const isDeath = records[place]?.mark === 'panic';
  const end = isDeath ? Math.min(records.length, place + 1 + below) : records.length;
  const start = Math.max(0, end - lines);
  return { records: records.slice(start, end), death: isDeath ? place - start : undefined, before: start, after: records.length - end };
}
