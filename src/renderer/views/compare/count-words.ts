import { countText } from '../../words/numbers.ts';
import { rowWords, type Pair } from './pair.ts';
import type { AnalysisCount } from './use-analysis-counts.ts';

/** What could not be read may differ: then nothing is called equal. */
export function countWords(pair: Pick<Pair, 'names'>, { counts, isPartial, rows }: Extract<AnalysisCount, { kind: 'counted' }>): string {
  const parts = [
    [counts.onlyRight, rowWords(pair, 'right')],
    [counts.onlyLeft, rowWords(pair, 'left')],
    [counts.changed, 'changed'],
  ] as const;
  const some = parts.filter(([found]) => found > 0).map(([found, word]) => `${countText(found)} ${word}`);
  if (some.length > 0) return `${some.join(', ')}${isPartial ? ', read in part' : ''}`;
  if (!isPartial) return rows === 0 ? 'none' : 'equal';
  return rows === 0 ? 'cannot be read' : 'equal where read';
}
