/** What is marked in a hex grid: ranges of failed checks, what a person wrote, the structure that is laid over. */
import type { CheckResult } from '../../../shared/check-model.ts';
import { defined } from '../../../shared/defined.ts';
import type { AddressSpace } from '../../../shared/model.ts';
import { inSpace, type Mark } from '../../state/marks.ts';
import type { HexMark } from '../../widgets/hex-grid/hex-mark.ts';
import { failingSpans } from '../../widgets/memory-strip/marks.ts';
import type { Overlay } from './overlay.ts';

export interface Marked {
  readonly checks: readonly CheckResult[];
  readonly marks: readonly Mark[];
  readonly overlay: Overlay | undefined;
  readonly space: AddressSpace;
  readonly cpu: number | undefined;
}

/** What a person wrote comes first: a row shows few marks. */
export function gridMarks({ checks, marks, overlay, space, cpu }: Marked): readonly HexMark[] {
  const at = { space, address: 0n, length: 1, ...defined({ cpu }) };
  const own = marks.filter((mark) => inSpace(mark, at)).map(({ start, end, colour }): HexMark => ({ start, end, tone: `mark-${colour}` }));
  const laid: readonly HexMark[] =
    overlay?.at.space === space && overlay.at.cpu === cpu ? [{ start: overlay.at.address, end: overlay.at.address + 1n, tone: 'field' }] : [];
  const failed = space === 'absolute' ? failingSpans(checks).map((span): HexMark => ({ ...span, tone: 'failed' })) : [];
  return [...laid, ...own, ...failed];
}
