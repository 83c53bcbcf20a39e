/** Progress of a search in the hex view, and the hit at the cursor. */
import { firstFrom } from '../../state/sorted-ranges.ts';
import type { FindState } from '../../state/find-run.ts';
import type { Position } from '../../state/position.ts';
import { countText, percentText, plural } from '../../words/numbers.ts';

export function findWords({ phase, hits, done, total, isCut, error, waits }: FindState, position: Position): string {
  const at = position.space === 'absolute' ? firstFrom(hits, position.address) : -1;
  const isOnHit = hits[at]?.start === position.address;
  const found = isCut ? `the first ${countText(hits.length)} hits` : plural(hits.length, 'hit');
  switch (phase) {
    case 'idle':
      return '';
    case 'running':
      return `${found} in ${percentText(done, total)}${waits === undefined ? '' : ', still searching'}`;
    case 'failed':
      return error ?? '';
    case 'cancelled':
      return `${found}, stopped`;
    case 'done':
      return hits.length === 0 ? 'Not found in this memory' : isOnHit ? `${countText(at + 1)} of ${found}` : found;
  }
}
