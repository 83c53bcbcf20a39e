import { writeKallsyms, type KernelSymbol } from './kallsyms.ts';
import type { MemoryImage } from './memory-image.ts';
import { functionAddress, imageVirtual, kernelFunctions, stext, type ImageMapping } from './s390x-kernel-symbols.ts';
import { lowcoreKernels, type LowcoreKernel } from './s390x-lowcore.ts';
import { lowcoreArrayPlace, moduleVirtual, places } from './s390x-places.ts';

/** In the order in which they lie from `places.cpuMasks` on, eight bytes each. */
const maskSymbols = ['nr_cpu_ids', '__cpu_possible_mask', '__cpu_present_mask', '__cpu_online_mask', 'cpus_booted_once_mask'] as const;

/** Variables that a described kernel has only where they are asked for. */
export interface OptionalVariables {
  /** They decide where `lowcore_ptr` lies. */
  readonly cpuCount?: number;
  readonly masks?: boolean;
  readonly panicCpu?: boolean;
  readonly elfcorehdr?: boolean;
  readonly noteVariable?: boolean;
}

/** The masks of CPUs of a kernel (kernel/cpu.c): a word each, CPU 0 in its lowest bit. */
export function writeCpuMasks(
  memory: MemoryImage,
  masks: { readonly online: readonly number[]; readonly offline: readonly number[]; readonly neverStarted: readonly number[] },
): void {
  const word = (numbers: readonly number[]): bigint => numbers.reduce((bits, number) => bits | (1n << BigInt(number)), 0n);
  const { online, offline, neverStarted } = masks;
  const all = [...online, ...offline, ...neverStarted];
  memory.u32(places.cpuMasks, all.reduce((most, one) => Math.max(most, one)) + 1);
  const words = [all, all, online, [...online, ...offline]];
  words.forEach((numbers, index) => memory.u64(places.cpuMasks + 8 + index * 8, word(numbers)));
}

/** Readers take a table of fewer than 10 000 names for a mistake. */
const fillers = 10_200;

/** Names of the described kernel: its named functions, many small ones after them, and data. Ascending by address. */
export function kernelSymbols(
  mapping: ImageMapping,
  { masks = false, panicCpu = false, elfcorehdr = false, noteVariable = false, cpuCount = 1 }: OptionalVariables = {},
): readonly KernelSymbol[] {
  const virtual = (physical: number): bigint => imageVirtual(mapping, physical);
  const symbol = (type: string, name: string, physical: number): KernelSymbol => ({ type, name, address: virtual(physical) });
  const start = stext(mapping);
  const behindNamed = start + 0x1000 + kernelFunctions.length * 0x800;
  const step = Math.floor((places.textEnd - behindNamed) / fillers / 2) * 2;
  const lowcores = (at: number): readonly KernelSymbol[] => (lowcoreArrayPlace(cpuCount).at === at ? [symbol('D', 'lowcore_ptr', at)] : []);
  return [
    symbol('T', 'startup_continue', start),
    symbol('T', '_stext', start),
    symbol('T', '_text', start),
    ...kernelFunctions.map((name) => symbol('T', name, functionAddress(mapping, name))),
    ...Array.from({ length: fillers }, (_, index) => symbol('t', `sample_fn_${index.toString().padStart(5, '0')}`, behindNamed + index * step)),
    symbol('T', '_etext', places.textEnd),
    symbol('R', '__start_notes', places.readOnlyData),
    symbol('D', 'init_uts_ns', places.initUtsNs),
    ...lowcores(places.lowcorePtr),
    symbol('d', 'modules', places.modules),
    ...(masks ? maskSymbols.map((name, index) => symbol('D', name, places.cpuMasks + index * 8)) : []),
    ...(panicCpu ? [symbol('D', 'panic_cpu', places.panicCpu)] : []),
    ...(elfcorehdr ? [symbol('D', 'elfcorehdr_addr', places.elfcorehdr)] : []),
    ...(noteVariable ? [symbol('D', 'vmcoreinfo_note', places.noteVariable)] : []),
    symbol('d', 'prb', places.prb),
    symbol('d', 'printk_rb_static', places.prbStatic),
    ...lowcores(places.longLowcorePtr),
    symbol('D', 'init_task', places.initTask),
    symbol('b', 'os_info', places.osInfo),
    symbol('B', 'swapper_pg_dir', places.regionThird),
    symbol('B', '_end', places.imageEnd),
  ];
}

/** Kernels since 6.0 publish where their kallsyms tables lie. */
const hasKallsymsKeys = (kernel: LowcoreKernel): boolean => lowcoreKernels.indexOf(kernel) >= lowcoreKernels.indexOf('6.1');

/** Writes the symbol tables and returns their VMCOREINFO lines; none for kernels before 6.0. */
export function writeSymbolTable(memory: MemoryImage, kernel: LowcoreKernel, mapping: ImageMapping, variables: OptionalVariables = {}): readonly string[] {
  if (!hasKallsymsKeys(kernel)) return [];
  const place = {
    start: places.kallsyms,
    end: places.dataStart,
    virtual: (address: number) => imageVirtual(mapping, address),
    order: mapping.published ? '6.12' : '6.1',
  } as const;
  return writeKallsyms(memory, place, kernelSymbols(mapping, variables));
}

/** The list of modules with one member, which lies in the module area and needs the page-table walk. */
export function writeModules(memory: MemoryImage, mapping: ImageMapping): void {
  const head = imageVirtual(mapping, places.modules);
  // The third virtual page is the first physical one.
  const node = moduleVirtual + 0x2008n;
  memory.u64(places.modules, node).u64(places.modules + 8, node);
  const module = places.moduleText;
  memory
    .fill(module, 0x400, 0)
    .u64(module + 8, head)
    .u64(module + 16, head)
    .text(module + 24, 'sample_mod');
}
