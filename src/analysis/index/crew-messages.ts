/** What the engine's thread and its page workers say to each other. */
import type { DumpErrorKind, ErrorPlace } from '../../shared/dump-error.ts';
import type { DumpLocation } from '../formats/dump-files.ts';
import type { BlockRows } from './block-scan.ts';

/** What a worker is started with. */
export interface CrewStart {
  readonly location: DumpLocation;
  /** A worker that finds another dump there says so instead of reading it. */
  readonly identity: string;
  /** False when a boundary of extents cuts through a page. */
  readonly wholePages: boolean;
  /** One word: not 0 once nobody wants the work any more. */
  readonly cancelled: SharedArrayBuffer;
}

export type CrewOrder =
  | { readonly kind: 'block'; readonly startPfn: number; readonly pages: number; readonly index: boolean; readonly digest: boolean }
  /** The subtree of pages that have no bytes of their own. */
  | { readonly kind: 'subtree'; readonly startPfn: number; readonly pages: number; readonly state: number };

export type CrewReport =
  | { readonly kind: 'ready' }
  | { readonly kind: 'done'; readonly rows: BlockRows; readonly pages: number; readonly read: number }
  | { readonly kind: 'failed'; readonly failure: CrewFailure };

export type CrewFailure =
  | {
      readonly kind: 'dump';
      readonly error: { readonly kind: DumpErrorKind; readonly where: ErrorPlace; readonly what: string; readonly expected?: string };
    }
  | { readonly kind: 'bug'; readonly message: string };
