/** What arrives while a long piece of work runs. */
import * as v from 'valibot';
import { count } from './json-values.ts';

/** What runs. */
export const scanPhases = [
  'index',
  'digest',
  'wait-for-index',
  'sample',
  'check',
  'hash-file',
  'compare',
  'analysis',
  'duplicates',
  'search',
  'list',
  'unpack',
  'headers',
  'export',
] as const;
export type ScanPhase = (typeof scanPhases)[number];

export const phaseEntries = {
  phase: v.picklist(scanPhases),
  /** Id of the check or the analysis, name of the file or of its packing. */
  about: v.optional(v.string()),
  /** Which of two dumps it is for. */
  side: v.optional(v.picklist(['left', 'right'])),
} as const;

export const scanProgressSchema = v.strictObject({
  ...phaseEntries,
  done: count,
  total: count,
  unit: v.picklist(['pages', 'bytes', 'checks']),
});
export type ScanProgress = v.InferOutput<typeof scanProgressSchema>;
type Phase = Pick<ScanProgress, 'phase' | 'about' | 'side'>;

const phaseWords: Readonly<Record<ScanPhase, string>> = {
  index: 'index',
  digest: 'digest',
  'wait-for-index': 'waiting for another process that builds this index',
  sample: 'sample of the pages',
  check: 'check',
  'hash-file': 'SHA-256 of',
  compare: 'compare',
  analysis: 'analysis',
  duplicates: 'duplicates',
  search: 'search',
  list: 'look through',
  unpack: 'unpack',
  headers: 'reading the headers',
  export: 'export',
};

/** "check os-info-page", "index of the left dump". */
export const phaseText = ({ phase, about, side }: Phase): string =>
  `${phaseWords[phase]}${about === undefined ? '' : ` ${about}`}${side === undefined ? '' : ` of the ${side} dump`}`;

/** Whether both are of one stretch of work, whose rate can be determined. */
export const samePhase = (one: Phase, other: Phase): boolean => one.phase === other.phase && one.about === other.about && one.side === other.side;
