/** Why kernel code was interrupted, as the machine reported it and the kernel kept it. */
import type { VirtualAddress } from '../../shared/units.ts';
import type { KernelBytes, StructTypes } from './kernel-view.ts';

export type FaultAccess = 'read' | 'write' | 'execute';

interface Reported {
  /** What was read, and of what. */
  readonly detail: string;
  readonly where: { readonly start: VirtualAddress; readonly bytes: number };
  /** Of the exception, as reports in the log print it: program-interruption code (s390x). */
  readonly code?: number;
}

export type Fault = Reported &
  (
    | {
        readonly kind: 'access';
        /** Undefined where the machine does not report it. */
        readonly address: bigint | undefined;
        /** The machine reports the page of the address alone. */
        readonly isPage: boolean;
        readonly access: FaultAccess | undefined;
        /** Something is there, and the access is not allowed. */
        readonly isRefused: boolean;
        /** The access went through a null pointer, or a member of what it leads to. */
        readonly isNull: boolean;
      }
    | { readonly kind: 'illegal-operation' | 'privileged-operation' | 'data-exception' | 'bug' }
  );

export interface FaultSource {
  readonly memory: KernelBytes;
  readonly types: StructTypes | undefined;
  /** struct pt_regs of the interruption, where the stack shows it. */
  readonly registersAt: VirtualAddress | undefined;
  /** The instruction. */
  readonly instruction: VirtualAddress;
}

/** Members of a struct are far below this, on every architecture: the first page. */
export const nullLimit = 0x1000n;
