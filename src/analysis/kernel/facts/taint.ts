/** Taint flags of the kernel and of modules (kernel/panic.c, taint_flags; Documentation/admin-guide/tainted-kernels.rst of 6.12). */

/** Letter and meaning by bit. Bits keep their meaning once given. */
const flags: readonly (readonly [string, string])[] = [
  ['P', 'a proprietary module was loaded'],
  ['F', 'a module was force loaded'],
  ['S', 'the system is out of specification for this kernel'],
  ['R', 'a module was force unloaded'],
  ['M', 'a machine check was reported'],
  ['B', 'a bad page was referenced'],
  ['U', 'user space asked for the taint'],
  ['D', 'the kernel died recently: an oops or BUG'],
  ['A', 'an ACPI table was overridden'],
  ['W', 'the kernel issued a warning'],
  ['C', 'a staging driver was loaded'],
  ['I', 'a workaround for a firmware bug is applied'],
  ['O', 'a module from outside the kernel tree was loaded'],
  ['E', 'an unsigned module was loaded'],
  ['L', 'a soft lockup occurred'],
  ['K', 'the kernel was live patched'],
  ['X', 'auxiliary taint, defined by the distribution'],
  ['T', 'built with structure randomisation'],
  ['N', 'an in-kernel test ran'],
];

export interface TaintFlag {
  readonly letter: string;
  readonly meaning: string;
}

/** Flags that are set, by ascending bit; a bit without a known meaning is named by its number. */
export function taintFlags(value: bigint): readonly TaintFlag[] {
  const found: TaintFlag[] = [];
  for (let bit = 0; bit < 64; bit += 1) {
    if (((value >> BigInt(bit)) & 1n) === 0n) continue;
    const [letter, meaning] = flags[bit] ?? ['?', `bit ${bit}, not known here`];
    found.push({ letter, meaning });
  }
  return found;
}
