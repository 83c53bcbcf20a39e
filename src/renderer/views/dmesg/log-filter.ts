/** Which records of a log are shown, and where the search words occur in them. */
import type { LogRecordJson } from '../../../shared/kernel-model.ts';
import { filterWords } from '../../widgets/data-table/filter-words.ts';

export interface LogFilter {
  /** 0 is the most severe; records above this level are hidden. 7 shows all. */
  readonly level: number;
  /** Words that must all be in the text, ignoring case. */
  readonly search: string;
  /** Only records that report trouble. */
  readonly marked: boolean;
}

export const everything: LogFilter = { level: 7, search: '', marked: false };

/** A record without a level is never hidden by level. */
export function filterRecords(records: readonly LogRecordJson[], { level, search, marked }: LogFilter): readonly LogRecordJson[] {
  const words = filterWords(search);
  return records.filter((record) => {
    if (record.level !== undefined && record.level > level) return false;
    if (marked && record.mark === undefined) return false;
    const text = record.text.toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

export interface TextPiece {
  readonly text: string;
  readonly isHit: boolean;
}

/** A text split into search hits and the parts between them. */
export function piecesOf(text: string, search: string): readonly TextPiece[] {
  const words = filterWords(search);
  // Letters whose lower case is longer would shift all positions after them.
  const lower = text.toLowerCase();
  if (words.length === 0 || lower.length !== text.length) return [{ text, isHit: false }];
  const pieces: TextPiece[] = [];
  let from = 0;
  while (from < text.length) {
    const hits = words.map((word) => ({ at: lower.indexOf(word, from), length: word.length })).filter(({ at }) => at !== -1);
    const next = hits.sort((a, b) => a.at - b.at || b.length - a.length)[0];
    if (next === undefined) break;
    if (next.at > from) pieces.push({ text: text.slice(from, next.at), isHit: false });
    pieces.push({ text: text.slice(next.at, next.at + next.length), isHit: true });
    from = next.at + next.length;
  }
  if (from < text.length) pieces.push({ text: text.slice(from), isHit: false });
  return pieces;
}

/** The next record that reports trouble after `from`, or before it; undefined if there is none. */
export function nextMarked(records: readonly LogRecordJson[], from: number, step: 1 | -1): number | undefined {
  for (let at = from + step; at >= 0 && at < records.length; at += step) if (records[at]?.mark !== undefined) return at;
  return undefined;
}
