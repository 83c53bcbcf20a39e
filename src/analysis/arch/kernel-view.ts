/**
 * A kernel as an architecture sees it: memory by virtual address, names, types. What gives these lies in `kernel`, above this folder, so
 * the unwinders ask for no more than these shapes.
 */

export interface KernelBytes {
  /** The bytes if all of them are in the dump, else undefined. */
  bytes(address: bigint, length: number): Uint8Array | undefined;
  u8(address: bigint): number | undefined;
  u16(address: bigint): number | undefined;
  u32(address: bigint): number | undefined;
  s32(address: bigint): number | undefined;
  u64(address: bigint): bigint | undefined;
  /** A pointer or an unsigned long. */
  pointer(address: bigint): bigint | undefined;
  /** Why `bytes` gives nothing; undefined when it does. */
  absence(address: bigint, length: number): { readonly detail: string } | undefined;
}

export interface KernelNames {
  /** Every symbol of that name: static functions may share one. `type` is the letter of nm. */
  lookup(name: string): readonly { readonly address: bigint; readonly type: string }[];
  /** The symbol that an address lies in. */
  at(address: bigint): { readonly name: string; readonly offset: number; readonly module?: string } | undefined;
}

/** One address of a symbol that only one object has. */
export function soleAddress(names: Pick<KernelNames, 'lookup'>, name: string): bigint | undefined {
  const found = names.lookup(name);
  return found.length === 1 ? found[0]?.address : undefined;
}

export interface StructTypes {
  /** Bytes of a struct or union. */
  size(struct: string): number | undefined;
  /** Byte offset of a member by its path ("arch.num_orcs"); undefined for bit-fields and unknown members. */
  offset(struct: string, path: string): number | undefined;
  /** A bit-field: its first bit from the start of the struct, and its width. */
  bits(struct: string, member: string): { readonly at: number; readonly bits: number } | undefined;
}
