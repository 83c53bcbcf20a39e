/** The lines of the kernel log around the end of the system. */
import type { LogRecordJson } from '../../../shared/kernel-model.ts';
import { logTail } from '../../../shared/log-tail.ts';

const shownLines = 13;
/** How many of them follow the line with the reason: what a panic prints after it. */
const linesAfter = 4;
/** For a report that is too long: lines above its first line, and from it on. Its registers and stack are in the whole log. */
const linesBefore = 1;
const linesOfReport = 9;
/** Lines of one report are at most a second apart. */
const sameReport = 1;

export interface ShownLine {
  readonly record: LogRecordJson;
  /** The line that gives the reason. */
  readonly isDeath: boolean;
  /** Records left out above it. */
  readonly skipped: number;
}

export interface LogAround {
  readonly lines: readonly ShownLine[];
  /** The line at the centre: the panic, otherwise the last report of trouble; undefined if they are the end of the log. */
  readonly around: 'panic' | 'trouble' | undefined;
  /** Numbers of log lines above and below. */
  readonly before: number;
  readonly after: number;
}

const isTrouble = ({ mark }: LogRecordJson): boolean => mark !== undefined && mark !== 'warning';

/** The start of the report that ends with the record at `end`. */
function reportStart(records: readonly LogRecordJson[], end: number): number {
  let begin = end;
  for (let at = end - 1; at >= 0; at -= 1) {
    const [record, later] = [records[at], records[begin]];
    if (record === undefined || !isTrouble(record)) continue;
    if (record.time === undefined || later?.time === undefined || Number(later.time) - Number(record.time) > sameReport) break;
    begin = at;
  }
  return begin;
}

/** The lines around the last panic and the report that led to it, otherwise around the last report of trouble, otherwise the end of the log. */
export function logAround(records: readonly LogRecordJson[]): LogAround {
  const panic = records.findLastIndex(({ mark }) => mark === 'panic');
  const last = panic === -1 ? records.findLastIndex(isTrouble) : panic;
  const begin = last === -1 ? -1 : reportStart(records, last);
  const isFar = panic !== -1 && panic - begin >= shownLines - linesAfter;
  const pieces: (readonly [first: number, end: number])[] = [];
  if (isFar) pieces.push([Math.max(0, begin - linesBefore), begin + linesOfReport], [panic, Math.min(records.length, panic + 2)]);
  else if (panic === -1 && begin !== -1) {
    const end = Math.min(records.length, begin - linesBefore + shownLines);
    pieces.push([Math.max(0, end - shownLines), end]);
  } else {
    const { before, after } = logTail(records, shownLines, linesAfter);
    pieces.push([before, records.length - after]);
  }
  const death = panic === -1 ? begin : panic;
  const lines = pieces.flatMap(([first, end], piece) =>
    records.slice(first, end).map((record, index): ShownLine => {
      const skipped = index === 0 && piece > 0 ? first - (pieces[piece - 1]?.[1] ?? 0) : 0;
      return { record, isDeath: first + index === death, skipped };
    }),
  );
  return {
    lines,
    around: death === -1 ? undefined : panic === -1 ? 'trouble' : 'panic',
    before: pieces[0]?.[0] ?? 0,
    after: records.length - (pieces.at(-1)?.[1] ?? 0),
  };
}
