/** What the engine's thread and its page workers say to each other. */
import type { Pfn } from '../../shared/units.ts';
import { DumpError, type DumpErrorKind, type ErrorPlace } from '../../shared/dump-error.ts';
import type { DumpLocation } from '../formats/dump-files.ts';
import type { FileFault, OpenedFile } from '../source/byte-source.ts';
import type { BlockRows } from './block-scan.ts';
import type { PackedExtents } from './page-extents.ts';

/** How a worker comes to the pages. One that finds another file or another dump there says so instead of reading it. */
export type CrewPages =
  /** They lie in the file as they are. */
  | { readonly kind: 'raw'; readonly file: OpenedFile; readonly name: string; readonly extents: PackedExtents }
  | {
      readonly kind: 'dump';
      readonly location: DumpLocation;
      readonly identity: string;
      /** False when a boundary of extents cuts through a page. */
      readonly wholePages: boolean;
    };

/** What a worker begins an index with. */
export interface CrewStart {
  readonly kind: 'start';
  readonly pages: CrewPages;
  /** The compiled page job; undefined where this engine has no SIMD. */
  readonly jobModule: object | undefined;
  /** One word: not 0 once nobody wants the work any more. */
  readonly cancelled: SharedArrayBuffer;
}

export interface CrewOrder {
  readonly kind: 'block';
  readonly startPfn: Pfn;
  readonly pages: number;
  readonly index: boolean;
  readonly digest: boolean;
}

/** Rest: nothing is wanted of the dump any more, another may follow. */
export type CrewMessage = CrewStart | CrewOrder | { readonly kind: 'rest' };

export type CrewReport =
  | { readonly kind: 'ready' }
  | {
      readonly kind: 'done';
      readonly rows: BlockRows;
      readonly pages: number;
      readonly read: number;
      /** What the worker could not read of the dump's files, up to now. */
      readonly faults: readonly FileFault[];
      /** Milliseconds that the order took, and how many of them the worker waited: for the file above all. */
      readonly took: number;
      readonly waited: number;
    }
  | { readonly kind: 'failed'; readonly failure: CrewFailure };

export type CrewFailure =
  | {
      readonly kind: 'dump';
      readonly error: { readonly kind: DumpErrorKind; readonly where: ErrorPlace; readonly what: string; readonly expected?: string };
    }
  | { readonly kind: 'bug'; readonly message: string };

/** What a worker finds where the dump was opened is not what the engine has open. */
export const exchanged = (file: string): DumpError => new DumpError('io', { file }, 'the file was replaced while it was open', 'the dump that was opened');
