/** A symbol of a module. */
import type { VirtualAddress } from '../../../shared/units.ts';

export interface ModuleSymbol {
  readonly address: VirtualAddress;
  /** Bytes that the symbol table of the module gives it; 0 for none. */
  readonly size: number;
  /** Letter of nm, "?" where it is not in the dump. */
  readonly type: string;
  /** Undefined where its page is not in the dump. */
  readonly name: string | undefined;
  readonly module: string;
  /** Index of its ELF section. */
  readonly section: number;
}
