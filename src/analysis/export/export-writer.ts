/**
 * What writes one format of exports. The job reads the source, chooses pages, counts, makes digests and keeps the journal; a writer turns blocks of
 * pages into bytes at positions of the output, and says what it needs to continue after an interruption.
 */
import type { ExportFormat } from '../../shared/export-model.ts';
import type { Missing } from '../../shared/result.ts';
import type { Pfn } from '../../shared/units.ts';
import { pageStateCodes } from '../formats/dump-format.ts';
import type { Steps } from '../jobs/steps.ts';
import type { ExportPlan } from './export-plan.ts';

/**
 * What becomes of a page, a byte each: a code of `pageStateCodes`, where `stored` (0) is a page with bytes that are not all zero and `zero` (1) one whose
 * bytes are; from `filteredFrom` on a page that a filter leaves out, by the place of its level in `filterLevels`. Pages with codes 0 and 1 are kept.
 */
export const filteredFrom = 16;
export const presentCode = pageStateCodes.indexOf('stored');
export const zeroCode = pageStateCodes.indexOf('zero');
export const isKept = (fate: number): boolean => fate === presentCode || fate === zeroCode;

/** Pages in a row. Blocks ascend; what lies between two of them is outside the ranges of the plan. */
export type PageBlock =
  /** Any number of pages with the same fate, of which none is present. */
  | { readonly kind: 'uniform'; readonly startPfn: Pfn; readonly pages: number; readonly fate: number }
  /** At most 256 pages. `bytes` are 4096 for each, zero where a page is not kept; they hold until the next block. */
  | { readonly kind: 'pages'; readonly startPfn: Pfn; readonly pages: number; readonly fates: Uint8Array; readonly bytes: Uint8Array };

/** The file that is written. What is not written between two positions are zeros, which take no room on most file systems. */
export interface PositionedOutput {
  /** @throws DumpError io */
  write(position: number, bytes: Uint8Array): void;
  /** Fixes the size, at the end. @throws DumpError io */
  setSize(bytes: number): void;
}

/** Plain JSON. */
export type WriterState = string | number | boolean | readonly WriterState[] | { readonly [key: string]: WriterState };

export interface WriterRun {
  /** Takes the next pages. All bytes that the state below speaks of are given to the output when it is done. */
  add(block: PageBlock): void | Promise<void>;
  /** What `begin` needs to continue after the last block that was added. Asked at multiples of 4096 pages, some times a minute. */
  state(): WriterState;
  /** Writes what follows the last page, and headers that only now are known; ends with `setSize`. */
  finish(): Steps<void>;
  /** First page of a file that is nothing but memory: it may have been planned, and found unreadable. */
  readonly firstPfn?: Pfn;
  /** What of the plan did not go into the file, and why. Known after `finish`. */
  readonly missing: readonly Missing[];
}

export interface ExportWriter {
  readonly format: ExportFormat;
  /**
   * May go through the plan's extents and choice, not through pages.
   * @param state of an earlier run of the same plan that was interrupted
   * @throws DumpError unsupported where the format cannot hold what is planned
   */
  begin(plan: ExportPlan, output: PositionedOutput, state: WriterState | undefined): Steps<WriterRun>;
}
