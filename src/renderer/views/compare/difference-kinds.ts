import type { PairRange } from '../../../shared/compare-protocol.ts';

export type DifferenceKind = PairRange['kind'];

/** In the order in which the strip prefers them where several fall on one place. */
export const differenceKinds: readonly DifferenceKind[] = ['changed', 'unreadable', 'onlyLeft', 'onlyRight', 'ignored'];

export const kindWords: Readonly<Record<DifferenceKind, string>> = {
  changed: 'changed',
  unreadable: 'unreadable',
  onlyLeft: 'only left',
  onlyRight: 'only right',
  ignored: 'ignored',
};

/** Tokens of tokens.css. */
export const kindColours: Readonly<Record<DifferenceKind, string>> = {
  changed: '--warn',
  unreadable: '--bad',
  onlyLeft: '--mem-code',
  onlyRight: '--mem-text',
  ignored: '--faint',
};
