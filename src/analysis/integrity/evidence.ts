/** What a user brings along to check a dump against, besides the dump itself. */
import type { AbsoluteMemory } from '../layout/absolute-memory.ts';
import type { IndexReader } from '../page-index/index-reader-type.ts';
import type { ByteSource } from '../source/byte-source.ts';
import type { Packing } from '../source/packing.ts';
import type { Attested } from './attestation.ts';
import type { FileDigests } from './manifest.ts';

/** An image of the loaded kdump kernel that is healthy: another dump of the same system, or the file that was loaded. */
export type KdumpOriginal =
  | { readonly kind: 'dump'; readonly name: string; readonly memory: AbsoluteMemory }
  | { readonly kind: 'file'; readonly name: string; readonly source: ByteSource };

/** An index that was there before. */
export type EarlierIndex =
  | {
      readonly kind: 'index';
      readonly reader: IndexReader;
      /**
       * files: it was made from the dump's files, whatever became of them since · named: the user names it as an index of this dump · key:
       * it was made from other files with the same headers and the same dump key, which need not be copies.
       */
      readonly by: 'files' | 'named' | 'key';
    }
  | { readonly kind: 'damaged'; readonly why: string };

export interface PackedEvidence {
  readonly packing: Packing;
  readonly file: ByteSource;
  readonly copy: ByteSource;
}

export interface Evidence {
  /** The files of the dump as they lie on disk. */
  readonly files: readonly ByteSource[];
  /** Where the dump is packed: the packed files, each with the unpacked copy from which everything is read. */
  readonly packed?: readonly PackedEvidence[];
  readonly manifest?: { readonly name: string; readonly files: readonly FileDigests[] };
  readonly attestation?: { readonly name: string; readonly attested: Attested };
  /** Our own earlier index of the same dump. */
  readonly index?: EarlierIndex;
  readonly kdumpOriginals?: readonly KdumpOriginal[];
}
