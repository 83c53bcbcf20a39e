import type { PairRange } from '../../../shared/compare-protocol.ts';
import { onlyTone, onlyWords, type Pair } from './pair.ts';

export type DifferenceKind = PairRange['kind'];

/** In the order of preference of the strip if several fall on one place. */
export const differenceKinds: readonly DifferenceKind[] = ['changed', 'unreadable', 'onlyLeft', 'onlyRight', 'ignored'];

/** How a kind is drawn: what only one side has, by its age. */
export type KindTone = DifferenceKind | 'added' | 'removed';

/** Tokens of tokens.css. */
export const toneColours: Readonly<Record<KindTone, string>> = {
  changed: '--warn',
  unreadable: '--bad',
  onlyLeft: '--mem-code',
  onlyRight: '--mem-text',
  added: '--diff-added',
  removed: '--diff-removed',
  ignored: '--faint',
};

type Ages = Pick<Pair, 'names'>;

export function kindTone(pair: Ages, kind: DifferenceKind): KindTone {
  if (kind !== 'onlyLeft' && kind !== 'onlyRight') return kind;
  const tone = onlyTone(pair, kind === 'onlyLeft' ? 'left' : 'right');
  return tone === 'plain' ? kind : tone;
}

export const kindTones = (pair: Ages): Readonly<Record<DifferenceKind, KindTone>> => ({
  changed: 'changed',
  unreadable: 'unreadable',
  onlyLeft: kindTone(pair, 'onlyLeft'),
  onlyRight: kindTone(pair, 'onlyRight'),
  ignored: 'ignored',
});

export function kindWord(pair: Ages, kind: DifferenceKind): string {
  if (kind === 'onlyLeft') return onlyWords(pair, 'left');
  return kind === 'onlyRight' ? onlyWords(pair, 'right') : kind;
}
