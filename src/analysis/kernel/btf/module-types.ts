/**
 * Types of loaded modules. The kernel keeps a copy of each module's split BTF on its list btf_modules (kernel/bpf/btf.c, 5.11 to 6.19:
 * struct btf_module { list, module, btf }, struct btf { data, data_size, name, base_btf, start_id, start_str_off, kernel_btf }). The
 * copy is taken from here and not from module.btf_data: that points into what was loaded, and is 0 in live modules of 6.1 and 6.12.
 */
import { failed, type Failure, isFailure, type Missing, type Result } from '../../../shared/result.ts';
import { hex, type VirtualAddress } from '../../../shared/units.ts';
import type { Steps } from '../../jobs/steps.ts';
import type { KernelMemory } from '../memory/kernel-memory.ts';
import { walkListSteps } from '../memory/linked-list.ts';
import { searchListHead } from '../memory/list-search.ts';
import type { KernelModule } from '../modules/modules.ts';
import type { Vmcoreinfo } from '../vmcoreinfo/vmcoreinfo.ts';
import { btfHeader, btfHeaderBytes, btfSteps, type BtfTypes } from './btf-types.ts';
import { danglingReference } from './dangling-reference.ts';
import { offsetOf } from './type-layout.ts';

export interface ModuleTypes {
  readonly module: string;
  /** Its own types and, below `firstId`, those of the kernel. */
  readonly types: BtfTypes;
  /** Virtual address and length of its BTF. */
  readonly address: VirtualAddress;
  readonly bytes: number;
  readonly source: string;
}

export interface ModuleTypeSearch {
  readonly modules: readonly ModuleTypes[];
  /** Modules whose types are not there, each with the reason. */
  readonly lacking: readonly LackingTypes[];
  /** Why there are none of any module. */
  readonly none?: string;
}

interface LackingTypes {
  /** Its name, where it can be read. */
  readonly module: string | undefined;
  /** Its struct module. */
  readonly address: VirtualAddress;
  readonly why: string;
}

/** What a search did not find, as the doors show it. */
export const missingModuleTypes = ({ lacking, none }: ModuleTypeSearch): readonly Missing[] => [
  ...(none === undefined ? [] : [{ what: 'types of modules', why: none }]),
  ...lacking.map(({ module, address, why }) => ({ what: `types of ${module ?? `the module at ${hex(address)}`}`, why })),
];

const maxBlob = 16 * 1024 * 1024;
/** Of all modules together; a distribution's kernel with everything loaded has some 30 MiB. */
const maxBlobs = 64 * 1024 * 1024;
const nameBytes = 56;
/** One for each module, and some for those on their way. */
const maxEntries = 65_536;

interface Places {
  readonly list: number;
  readonly module: number;
  readonly btf: number;
  readonly data: number;
  readonly size: number;
  readonly name: number;
  readonly isKernel: number;
  readonly base: number;
  readonly startId: number;
  readonly startString: number;
}

/** Where the members lie; undefined in kernels that keep no BTF of modules. */
function moduleTypePlaces(types: BtfTypes): Places | undefined {
  const places = {
    list: offsetOf(types, 'btf_module', 'list'),
    module: offsetOf(types, 'btf_module', 'module'),
    btf: offsetOf(types, 'btf_module', 'btf'),
    data: offsetOf(types, 'btf', 'data'),
    size: offsetOf(types, 'btf', 'data_size'),
    name: offsetOf(types, 'btf', 'name'),
    isKernel: offsetOf(types, 'btf', 'kernel_btf'),
    base: offsetOf(types, 'btf', 'base_btf'),
    startId: offsetOf(types, 'btf', 'start_id'),
    startString: offsetOf(types, 'btf', 'start_str_off'),
  };
  return Object.values(places).every((place) => place !== undefined) ? (places as Places) : undefined;
}

/** The struct module and the struct btf that a node leads to. */
function entryAt(memory: KernelMemory, places: Places, node: VirtualAddress): { readonly module: bigint; readonly btf: bigint } | undefined {
  const entry = node - BigInt(places.list);
  const module = memory.pointer(entry + BigInt(places.module));
  const btf = memory.pointer(entry + BigInt(places.btf));
  return module === undefined || module === 0n || btf === undefined || btf === 0n ? undefined : { module, btf };
}

function nameOf(memory: KernelMemory, places: Places, btf: bigint): string | undefined {
  const name = memory.cstring(btf + BigInt(places.name), nameBytes);
  return name !== undefined && /^[\w-]+$/.test(name) ? name : undefined;
}

const byAddress = (modules: readonly KernelModule[]): ReadonlyMap<bigint, KernelModule> => new Map(modules.map((one) => [one.address, one]));

/** Where the list begins in a kernel whose symbol table has functions only: its nodes lead to loaded modules and to BTF of their names. */
export function* moduleTypeHead(
  whole: KernelMemory,
  vmcoreinfo: Vmcoreinfo | undefined,
  kernelTypes: BtfTypes,
  modules: readonly KernelModule[],
): Steps<bigint | undefined> {
  const places = moduleTypePlaces(kernelTypes);
  if (places === undefined) return undefined;
  const loaded = byAddress(modules);
  return yield* searchListHead(whole, vmcoreinfo, (memory, node) => {
    const entry = entryAt(memory, places, node);
    const module = entry === undefined ? undefined : loaded.get(entry.module);
    return entry !== undefined && module !== undefined && nameOf(memory, places, entry.btf) === module.name;
  });
}

interface Blob {
  readonly memory: KernelMemory;
  readonly kernelTypes: BtfTypes;
  readonly places: Places;
  readonly left: number;
}

/** The types that a struct btf leads to, or what is wrong with it. */
function* readBlob(
  { memory, kernelTypes, places, left }: Blob,
  btf: bigint,
): Steps<Result<{ readonly types: BtfTypes; readonly at: bigint; readonly bytes: number }>> {
  const not = (why: string): Failure => failed('BTF', why);
  const at = memory.pointer(btf + BigInt(places.data));
  const size = memory.u32(btf + BigInt(places.size));
  const isKernel = memory.u8(btf + BigInt(places.isKernel));
  const startId = memory.u32(btf + BigInt(places.startId));
  const startString = memory.u32(btf + BigInt(places.startString));
  if (at === undefined || size === undefined || isKernel === undefined || startId === undefined || startString === undefined)
    return not(`its struct btf at ${hex(btf)} cannot be read`);
  if (isKernel !== 1 || startId !== kernelTypes.count + 1 || startString !== kernelTypes.stringBytes)
    return not(`its struct btf at ${hex(btf)} does not continue where the kernel's types end: type ${startId} instead of ${kernelTypes.count + 1}`);
  if (size < btfHeaderBytes || size > maxBlob || size > left) return not(`its struct btf at ${hex(btf)} claims ${size} bytes`);
  const bytes = memory.bytes(at, size);
  if (bytes === undefined) return not(`its BTF: ${memory.absence(at, size)?.detail ?? 'it cannot be read'}`);
  const header = btfHeader(bytes, memory.endian);
  if (header !== undefined && header.bytes !== size) return not(`its BTF at ${hex(at)} has ${header.bytes} bytes by its header, ${size} by its struct btf`);
  const types = yield* btfSteps(bytes, memory.endian, kernelTypes);
  if (isFailure(types)) return not(`its BTF at ${hex(at)}: ${types.missing.why}`);
  const dangling = yield* danglingReference(types.value);
  return dangling === undefined ? { value: { types: types.value, at, bytes: size } } : not(`its BTF at ${hex(at)}: ${dangling}`);
}

/**
 * @param memory one in which lost pages are absent
 * @param head virtual address of the list head btf_modules
 * @param modules those that are loaded
 */
export function* readModuleTypes(memory: KernelMemory, kernelTypes: BtfTypes, head: VirtualAddress, modules: readonly KernelModule[]): Steps<ModuleTypeSearch> {
  const places = moduleTypePlaces(kernelTypes);
  if (places === undefined) return { modules: [], lacking: [], none: 'this kernel keeps no types of modules (no struct btf_module)' };
  const walk = yield* walkListSteps(memory, head, (node) => entryAt(memory, places, node) !== undefined, maxEntries);
  const found: ModuleTypes[] = [];
  const lacking: LackingTypes[] = [];
  let left = maxBlobs;
  const listed = new Set<string>();
  const loaded = byAddress(modules);
  for (const node of walk.nodes) {
    const entry = entryAt(memory, places, node);
    if (entry === undefined) continue;
    const name = nameOf(memory, places, entry.btf);
    const module = loaded.get(entry.module);
    const owner = { module: module?.name ?? name, address: entry.module };
    if (module !== undefined) listed.add(module.name);
    if (module === undefined || name !== module.name) {
      const why = module === undefined ? 'btf_modules leads to a module that is not loaded' : `its struct btf at ${hex(entry.btf)} is not named after it`;
      lacking.push({ ...owner, why });
      continue;
    }
    yield;
    const read = yield* readBlob({ memory, kernelTypes, places, left }, entry.btf);
    if (isFailure(read)) {
      lacking.push({ ...owner, why: read.missing.why });
      continue;
    }
    const blob = read.value;
    left -= blob.bytes;
    const own = blob.types.count + 1 - blob.types.firstId;
    found.push({
      module: name,
      types: blob.types,
      address: blob.at,
      bytes: blob.bytes,
      source: `BTF of the module ${name} at ${hex(blob.at)}, ${own} types on top of the kernel's`,
    });
  }
  const unlisted = modules.filter(({ name }) => !listed.has(name));
  const why = walk.broken === undefined ? 'the kernel keeps none of it: the list btf_modules does not name it' : `the list btf_modules: ${walk.broken}`;
  return { modules: found, lacking: [...lacking, ...unlisted.map(({ name, address }) => ({ module: name, address, why }))] };
}
