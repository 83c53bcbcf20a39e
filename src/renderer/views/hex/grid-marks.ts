/** What is marked in a hex grid: ranges of failed checks, the user's notes, the applied structure. */
import type { CheckResult } from '../../../shared/check-model.ts';
import { defined } from '../../../shared/defined.ts';
import type { AddressSpace } from '../../../shared/model.ts';
import { inSpace, type Mark } from '../../state/marks.ts';
import type { HexMark } from '../../widgets/hex-grid/hex-mark.ts';
import { failingSpans } from '../../../shared/strip-marks.ts';
import type { FoundRange } from '../../state/find-run.ts';
import type { Laid } from '../../state/laid.ts';
import type { SortedRange } from '../../state/sorted-ranges.ts';

export interface Marked {
  readonly checks: readonly CheckResult[];
  readonly marks: readonly Mark[];
  readonly overlay: Laid | undefined;
  readonly space: AddressSpace;
  readonly cpu: number | undefined;
}

/** The user's notes come first: a row shows few marks. */
export function gridMarks({ checks, marks, overlay, space, cpu }: Marked): readonly HexMark[] {
  const at = { space, address: 0n, length: 1, ...defined({ cpu }) };
  const own = marks.filter((mark) => inSpace(mark, at)).map(({ start, end, colour }): HexMark => ({ start, end, tone: `mark-${colour}` }));
  const laid: readonly HexMark[] =
    overlay?.at.space === space && overlay.at.cpu === cpu ? [{ start: overlay.at.address, end: overlay.at.address + 1n, tone: 'field' }] : [];
  const failed = space === 'absolute' ? failingSpans(checks).map((span): HexMark => ({ ...span, tone: 'failed' })) : [];
  return [...laid, ...own, ...failed];
}

/** Hits, converted to a space: memory is searched by absolute addresses, and some files store it unchanged. */
export function hitsIn(hits: readonly FoundRange[], space: AddressSpace): readonly SortedRange[] {
  if (space === 'absolute') return hits;
  if (space !== 'file') return [];
  return hits
    .flatMap(({ start, end, fileOffset }) => (fileOffset === undefined ? [] : [{ start: BigInt(fileOffset), end: BigInt(fileOffset) + (end - start) }]))
    .toSorted((left, right) => (left.start < right.start ? -1 : 1));
}
