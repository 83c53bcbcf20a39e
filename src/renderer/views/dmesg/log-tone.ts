import type { LogRecordJson } from '../../../shared/kernel-model.ts';

const graveLevel = 3;
const warnLevel = 4;

/** The appearance of a record: by the trouble that it reports, otherwise by its level. */
export function recordTone({ mark, level }: LogRecordJson): string {
  if (mark === 'panic' || mark === 'oops' || mark === 'bug' || mark === 'lockup' || mark === 'hardware') return 'tone-bad';
  if (level !== undefined && level <= graveLevel) return 'tone-bad';
  return mark !== undefined || level === warnLevel ? 'tone-warn' : '';
}
