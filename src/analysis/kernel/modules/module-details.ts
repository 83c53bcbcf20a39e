/** What only types tell of a module: size, where it lies, users, taint (include/linux/module.h). */
import { defined } from '../../../shared/defined.ts';
import type { BtfTypes } from '../btf/btf-types.ts';
import { offsetOf } from '../btf/type-layout.ts';
import type { KernelMemory } from '../memory/kernel-memory.ts';
import { taintFlags } from '../facts/taint.ts';

export interface ModuleDetails {
  /** As /proc/modules shows it: core and init part. */
  readonly bytes?: number;
  readonly base?: bigint;
  readonly users?: number;
  readonly taint?: string;
}

const maxMemoryTypes = 16;
/** MODULE_REF_BASE: a live module has one reference of its own. */
const ownReference = 1;

/** Places of (base, size) pairs: mem[] since 6.4, core_layout and init_layout before. The first is where its code begins. */
function layouts(types: BtfTypes): readonly { readonly base: number; readonly size: number }[] {
  const at = (path: string): { readonly base: number; readonly size: number } | undefined => {
    const base = offsetOf(types, 'module', `${path}.base`);
    const size = offsetOf(types, 'module', `${path}.size`);
    return base === undefined || size === undefined ? undefined : { base, size };
  };
  const pieces = Array.from({ length: maxMemoryTypes }, (_, index) => at(`mem[${index}]`)).filter((piece) => piece !== undefined);
  return pieces.length > 0 ? pieces : [at('core_layout'), at('init_layout')].filter((piece) => piece !== undefined);
}

/** Memory of a module, half open, as far as it can be read. */
export function layoutPieces(types: BtfTypes, memory: KernelMemory, module: bigint): readonly { readonly start: bigint; readonly end: bigint }[] {
  return layouts(types).flatMap(({ base, size }) => {
    const [start, bytes] = [memory.pointer(module + BigInt(base)), memory.u32(module + BigInt(size))];
    return start === undefined || bytes === undefined || start === 0n || bytes === 0 ? [] : [{ start, end: start + BigInt(bytes) }];
  });
}

export function moduleDetails(types: BtfTypes, memory: KernelMemory, module: bigint): ModuleDetails {
  const pieces = layouts(types);
  const sizes = pieces.map(({ size }) => memory.u32(module + BigInt(size)));
  const bytes = sizes.every((size) => size !== undefined) ? sizes.reduce((sum, size) => sum + size, 0) : undefined;
  const [first] = pieces;
  const base = first === undefined ? undefined : memory.pointer(module + BigInt(first.base));
  const references = offsetOf(types, 'module', 'refcnt');
  const users = references === undefined ? undefined : memory.s32(module + BigInt(references));
  const taints = offsetOf(types, 'module', 'taints');
  const taint = taints === undefined ? undefined : memory.pointer(module + BigInt(taints));
  return {
    ...(bytes === undefined || pieces.length === 0 ? {} : { bytes }),
    ...defined({ base }),
    ...(users === undefined || users < ownReference ? {} : { users: users - ownReference }),
    ...(taint === undefined
      ? {}
      : {
          taint: taintFlags(taint)
            .map(({ letter }) => letter)
            .join(''),
        }),
  };
}
