/** What attached files tell of a kernel. */
import type { AttachmentProof } from '../../../shared/attachment.ts';
import type { TypeSearch } from '../btf/find-types.ts';
import type { SymbolTable } from '../symbols/symbol-table.ts';

/** What is taken where the dump itself has less. */
export interface GivenFacts {
  readonly symbols: SymbolTable;
  readonly types: TypeSearch;
  /** What shows that the file is of this kernel; undefined when nothing could be compared. */
  readonly proof: AttachmentProof | undefined;
}
