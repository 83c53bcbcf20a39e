/** The lines of the kernel's log around the end of the system. */
import type { LogRecordJson } from '../../../shared/kernel-model.ts';
import { firstPlace } from '../dmesg/log-filter.ts';

const shownLines = 13;
/** Of them below the line that says why: what a panic prints after it. */
const linesAfter = 4;

export interface LogTail {
  readonly records: readonly LogRecordJson[];
  /** Place in them of the line that says why; undefined where there is none. */
  readonly death: number | undefined;
  /** Lines of the log above and below. */
  readonly before: number;
  readonly after: number;
}

/** Around the last panic, else the end of the log. */
export function logTail(records: readonly LogRecordJson[]): LogTail {
  const place = firstPlace(records);
  const isDeath = records[place]?.mark === 'panic';
  const end = isDeath ? Math.min(records.length, place + 1 + linesAfter) : records.length;
  const start = Math.max(0, end - shownLines);
  return { records: records.slice(start, end), death: isDeath ? place - start : undefined, before: start, after: records.length - end };
}
