import type { Architecture } from './architecture-name.ts';
import type { Fields, StructLayout } from '../layout/struct.ts';

/** One kind of ELF note: how it is recognised and how its descriptor reads. */
export interface NoteType {
  /** The field's own name: NT_PRSTATUS, NT_S390_PREFIX, VMCOREINFO. */
  readonly name: string;
  /** Owner names that carry it. s390x kernels up to 4.9 name every note CORE (elf-vmcore.md section 3). */
  readonly owners: readonly string[];
  readonly type: number;
  readonly architectures?: readonly Architecture[];
  readonly title: string;
  /** Its descriptor, of that many bytes where they are known; one shorter than the layout shows the fields that it holds. */
  readonly layout?: (architecture: Architecture, bytes?: number) => StructLayout<Fields> | undefined;
  /** The descriptor is lines of text. */
  readonly isText?: boolean;
}
