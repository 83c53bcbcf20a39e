import type { VerdictJson } from '../../../shared/verdict-model.ts';
import { classText } from '../../../shared/verdict-text.ts';
import { classTone } from '../../words/verdict.ts';

/** What ended the system, not what is wrong with the file. */
export function VerdictClass({ verdict }: { readonly verdict: VerdictJson }) {
  return (
    <span className="verdict-class">
      <span className={`verdict-chip tone-${classTone(verdict.class)}`} data-testid="verdict-class">
        {classText(verdict.class)}
      </span>
      {verdict.contributing.length === 0 ? null : <span className="dim"> contributing: {verdict.contributing.map(classText).join(', ')}</span>}
    </span>
  );
}
