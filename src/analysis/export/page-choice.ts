/** Which pages a filter leaves out. */
import type { FilterLevel } from '../../shared/export-model.ts';
import type { Missing } from '../../shared/result.ts';
import type { Pfn } from '../../shared/units.ts';

/** A choice made by what the kernel says of its pages. The level `zero` is none of its matters: whoever has read a page sees that. */
export interface PageChoice {
  /**
   * Marks pages that are left out; the same answer however often it is asked.
   * @param startPfn first page of 4096 bytes, in the view that is exported
   * @param into a byte for each page: 1 + place in `filterLevels` for a page that is left out, else left 0. They are 0 before.
   */
  exclude(startPfn: Pfn, into: Uint8Array): void;
  /** Levels of those that were asked for that could not be followed, with the reason: their pages are kept. */
  readonly missing: readonly Missing[];
  readonly levels: readonly FilterLevel[];
}
