import type { PlaceNameJson, SymbolJson } from '../../shared/kernel-model.ts';

/** "schedule+0x1a", "fat_scan+0x2 [fat]". */
export const symbolText = ({ name, offset, module }: Pick<PlaceNameJson, 'name' | 'offset' | 'module'>): string =>
  `${name}+0x${offset.toString(16)}${module === undefined ? '' : ` [${module}]`}`;

/** Meaning of nm's letters, ignoring case (binutils, nm(1)). */
const letterWords: Readonly<Record<string, string>> = {
  t: 'code',
  i: 'code',
  d: 'data',
  g: 'data',
  b: 'zeroed data',
  s: 'zeroed data',
  r: 'read-only data',
  a: 'absolute',
  w: 'weak code',
  v: 'weak data',
};

/** "T code, global". A lower-case letter is local, except for weak symbols. */
export function symbolTypeText(type: string): string {
  const word = letterWords[type.toLowerCase()];
  if (word === undefined) return type;
  return `${type} ${word}${/[wWvVuU]/.test(type) || type === type.toLowerCase() ? '' : ', global'}`;
}

/** Whether it is code. */
export const isCode = ({ type }: Pick<SymbolJson, 'type'>): boolean => /^[tTwWi]$/.test(type);
