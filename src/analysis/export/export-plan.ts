/** What an export is made of, before any page is read. */
import type { ExportCompression, FilterLevel } from '../../shared/export-model.ts';
import type { MemoryView } from '../../shared/model.ts';
import type { AddressRange } from '../../shared/units.ts';
import type { Architecture } from '../arch/architecture-name.ts';
import type { DumpImage } from '../formats/dump-format.ts';
import type { Endian } from '../layout/field.ts';
import type { Missing } from '../../shared/result.ts';
import type { PageExtents } from '../page-index/page-extents.ts';
import type { PageChoice } from './page-choice.ts';

/** A note record to write, as it goes into a PT_NOTE. */
export interface OutgoingNote {
  readonly owner: string;
  readonly type: number;
  readonly desc: Uint8Array;
}

/** Notes of all CPUs, then the others. */
export interface OutgoingNotes {
  /** A list for each CPU, in the order of the dump: NT_PRSTATUS first. */
  readonly cpus: readonly (readonly OutgoingNote[])[];
  /** VMCOREINFO and what else belongs to no CPU. */
  readonly others: readonly OutgoingNote[];
  /** All of them in the order in which they are written. */
  readonly inOrder: readonly OutgoingNote[];
  readonly from: 'notes' | 'save-areas' | 'records' | undefined;
  readonly missing: readonly Missing[];
}

export interface ExportPlan {
  /** The source in the view that is exported. */
  readonly image: DumpImage;
  readonly view: MemoryView;
  readonly machine: { readonly arch: Architecture; readonly endian: Endian };
  /** What the container knows of every page, in pages of 4096 bytes. */
  readonly extents: PageExtents;
  /** Ascending ranges in whole pages that do not touch; one range from 0 to the end of memory where none was asked for. */
  readonly ranges: readonly AddressRange[];
  /** True where ranges were asked for. */
  readonly isPart: boolean;
  /** Levels that are followed: of those that were asked for, the ones that the dump allows. */
  readonly filter: readonly FilterLevel[];
  /** Undefined where nothing is left out by the flags of pages. */
  readonly choice: PageChoice | undefined;
  readonly notes: OutgoingNotes;
  /** The text as it is in the VMCOREINFO note; undefined where the source has none. */
  readonly vmcoreinfo: Uint8Array | undefined;
  readonly compression: ExportCompression;
}
