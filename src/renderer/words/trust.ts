/** The trust marks: sign, name, and meaning (shared/fact.ts). */
import type { Trust } from '../../shared/fact.ts';

export const trustMarks: Readonly<Record<Trust, { readonly icon: string; readonly meaning: string }>> = {
  verified: { icon: 'verified-filled', meaning: 'covered by a checksum that matches' },
  consistent: { icon: 'check-all', meaning: 'two independent sources agree' },
  unverifiable: { icon: 'circle-small', meaning: 'one source, nothing to compare with' },
  contradicted: { icon: 'warning', meaning: 'a check failed, or two sources differ' },
  missing: { icon: 'circle-slash', meaning: 'expected and absent' },
};

export const trustText = (trust: Trust, source: string | undefined): string =>
  `${trust}: ${trustMarks[trust].meaning}${source === undefined ? '' : `\nfrom ${source}`}`;
