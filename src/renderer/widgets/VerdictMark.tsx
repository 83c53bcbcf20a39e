import type { Verdict } from '../../shared/check-model.ts';
import { verdictTones } from '../words/health.ts';
import { Icon } from './Icon.tsx';

const icons: Readonly<Record<Verdict, string>> = {
  passed: 'check',
  failed: 'close',
  'not-recorded': 'dash',
  'not-applicable': 'dash',
  unreadable: 'warning',
  'not-run': 'circle-large',
};

/** The sign of a verdict. The verdict's name is always next to it. */
export function VerdictMark({ verdict, running = false }: { readonly verdict: Verdict; readonly running?: boolean }) {
  return (
    <span className={`verdict-mark tone-${verdictTones[verdict]}`}>
      <Icon name={running ? 'loading' : icons[verdict]} spin={running} />
    </span>
  );
}
