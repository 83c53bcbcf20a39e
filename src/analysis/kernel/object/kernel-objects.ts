/** The way into a kernel's objects: variables by the names of their symbols, objects at addresses, constants of enums. */
import type { VirtualAddress } from '../../../shared/units.ts';
import { failed, isFailure, type Result } from '../../../shared/result.ts';
import { kinds } from '../btf/btf-types.ts';
import { vmcoreinfoHex } from '../vmcoreinfo/vmcoreinfo.ts';
import type { SymbolTable } from '../symbols/symbol-table.ts';
import { KernelObject, type ObjectSpace } from './kernel-object.ts';
import { bytesOf, memberOf, typeNamed } from './object-type.ts';

export interface KernelObjects {
  readonly space: ObjectSpace;
  /** A variable of the kernel: `variable('blockdev_superblock', 'super_block *')`. */
  variable(name: string, type: string): KernelObject;
  at(address: VirtualAddress, type: string): KernelObject;
  /** Address of the one symbol of this name. */
  addressOf(name: string): Result<bigint>;
  sizeOf(type: string): Result<number>;
  offsetOf(type: string, path: string): Result<number>;
  hasType(type: string): boolean;
  /** Value of an enumerator: `constant('zone_stat_item', 'NR_FREE_PAGES')`. */
  constant(enumeration: string, name: string): Result<bigint>;
  /** All of an enum; undefined where the types have none of this name. */
  enumerators(enumeration: string): readonly { readonly name: string; readonly value: bigint }[] | undefined;
}

export interface ObjectSources {
  readonly space: ObjectSpace;
  readonly symbols: SymbolTable | undefined;
  /** Why there are no symbols. */
  readonly noSymbols: string;
}

export function kernelObjects({ space, symbols, noSymbols }: ObjectSources): KernelObjects {
  function addressOf(name: string): Result<bigint> {
    const known = vmcoreinfoHex(space.vmcoreinfo, `SYMBOL(${name})`);
    if (symbols === undefined) return known === undefined ? failed(name, `no symbol leads to it: ${noSymbols}`) : { value: known };
    const found = symbols.lookup(name);
    const [first] = found;
    if (first === undefined) return known === undefined ? failed(name, `the symbol table names no ${name}`) : { value: known };
    return found.length === 1 ? { value: first.address } : failed(name, `${found.length} symbols have the name ${name}`);
  }
  return {
    space,
    addressOf,
    variable(name, type) {
      const address = addressOf(name);
      return isFailure(address) ? KernelObject.failing(space, address) : KernelObject.at(space, address.value, type).named(name);
    },
    at: (address, type) => KernelObject.at(space, address, type),
    sizeOf(type) {
      const found = typeNamed(space, type);
      const size = typeof found === 'string' ? undefined : bytesOf(space, found);
      return size === undefined ? failed(`size of ${type}`, typeof found === 'string' ? found : noTypes(space)) : { value: size };
    },
    offsetOf(type, path) {
      const owner = typeNamed(space, type);
      const found = typeof owner === 'string' ? owner : memberOf(space, owner, path);
      if (typeof found === 'string') return failed(`place of ${type}.${path}`, found);
      return found.bits === 0 ? { value: found.bitOffset / 8 } : failed(`place of ${type}.${path}`, 'it is a bit-field');
    },
    hasType: (type) => space.types !== undefined && typeof typeNamed(space, type) !== 'string',
    constant(enumeration, name) {
      const what = `enumerator ${name}`;
      if (space.types === undefined) return failed(what, noTypes(space));
      const { types } = space;
      const ids = types.named(enumeration.replace(/^enum\s+/, ''), [kinds.enum, kinds.enum64]);
      for (const id of ids) for (const one of types.enumerators(id)) if (one.name === name) return { value: one.value };
      return failed(what, `enum ${enumeration} has no ${name} in this kernel's types`);
    },
    enumerators(enumeration) {
      const id = space.types?.named(enumeration, [kinds.enum, kinds.enum64])[0];
      return id === undefined ? undefined : space.types?.enumerators(id);
    },
  };
}

const noTypes = ({ noTypes: why }: ObjectSpace): string => `types are needed: ${why}`;
