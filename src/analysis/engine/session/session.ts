/**
 * One open dump: the image and what was derived from it, each part once and only when asked for. Two sessions share
 * nothing.
 */
import { DumpError } from '../../../shared/dump-error.ts';
import type { MemoryView } from '../../../shared/model.ts';
import type { AddressRange } from '../../../shared/units.ts';
import type { CpuSet } from '../../arch/architecture.ts';
import { architectures } from '../../arch/index.ts';
import { examineKdumpGuard, type KdumpGuard } from '../../arch/s390x/kdump-guard.ts';
import { findOsInfo, type OsInfoSearch } from '../../arch/s390x/os-info.ts';
import { openDumpFiles, type DumpLocation } from '../../formats/dump-files.ts';
import { dumpIdentity } from '../../formats/dump-identity.ts';
import { openDump } from '../../formats/index.ts';
import type { DumpImage, OpenContext } from '../../formats/dump-format.ts';
import type { GivenFacts } from '../../kernel/given/given-vmlinux.ts';
import { kernelOf, type Kernel } from '../../kernel/kernel.ts';
import { chooseVmcoreinfo, provenVmcoreinfo, scanForVmcoreinfo } from '../../kernel/vmcoreinfo/vmcoreinfo-scan.ts';
import { findVmcoreinfo, type Vmcoreinfo, type VmcoreinfoSearch } from '../../kernel/vmcoreinfo/vmcoreinfo.ts';
import { readUtsName, type UtsName } from '../../kernel/vmcoreinfo/uts-name.ts';
import { lowcorePrefixes } from '../../kernel/vmcoreinfo/lowcore-array.ts';
import { readCpus } from '../../memory/cpu-state.ts';
import { memoryReader, type MemoryReader } from '../../memory/reader.ts';
import { findTwoSystems, viewMemory, viewRanges } from '../../memory/view.ts';
import type { ByteSource } from '../../source/byte-source.ts';

export interface Session {
  readonly path: string;
  /** The file as it lies on disk; `image.source` is the file inside it when that is a flattened stream. */
  readonly file: ByteSource;
  readonly image: DumpImage;
  readonly memory: MemoryReader;
  /** Format, size and SHA-256 of headers and notes: the same for a renamed or copied file. */
  readonly identity: string;
  /** How the same files are opened again; undefined for bytes that lie in no file. */
  readonly location: DumpLocation | undefined;
  /** Undefined on other architectures than s390x. */
  readonly osInfo: OsInfoSearch | undefined;
  readonly vmcoreinfo: VmcoreinfoSearch;
  readonly utsName: UtsName | undefined;
  readonly cpuSet: CpuSet;
  /** The kernel's memory and symbols by what headers and notes say; nothing is scanned. */
  readonly kernel: Kernel;
  /**
   * The same; where no note and no pointer leads to vmcoreinfo, memory is scanned for its text, once.
   * @throws Cancelled
   */
  findKernel(signal: AbortSignal): Promise<Kernel>;
  /** The same with a look at the lowest stored memory alone, for the first facts: what it finds is in `knownKernel`. @throws Cancelled */
  lookForKernel(signal: AbortSignal): Promise<void>;
  /** The kernel as far as it is known by now, by pointers or by a scan. */
  readonly knownKernel: Kernel;
  /** What headers and notes lead to, else what a scan has found by now. */
  readonly knownVmcoreinfo: Vmcoreinfo | undefined;
  /** The kernel as a given vmcoreinfo describes it, with what a file of the user's tells besides. */
  kernelBy(vmcoreinfo: Vmcoreinfo | undefined, given?: GivenFacts): Kernel;
  /** Which system is shown where two are in the dump; `all` is the dump as stored. */
  readonly view: MemoryView;
  /** The crashkernel area that holds the low memory of the first system, where two systems are in the dump. */
  readonly twoSystems: AddressRange | undefined;
  /** True for a dump of a running system: zgetdump left its mark at absolute 0. */
  readonly isLive: boolean;
  /** What the dump was packed in. */
  readonly wrapper: string | undefined;
  /** The loaded kdump kernel and its purgatory; reads the crashkernel memory once. Undefined on other architectures. */
  readonly kdumpGuard: ((signal: AbortSignal) => Promise<KdumpGuard>) | undefined;
  /**
   * The same dump as another of its views; closing any of them closes all.
   * @throws DumpError absent when there is one system only
   */
  inView(view: MemoryView): Session;
  close(): void;
}

/** Value of `compute`, computed at the first call. */
function once<T>(compute: () => T): () => T {
  let done: { readonly value: T } | undefined;
  return () => (done ??= { value: compute() }).value;
}

/** Read within a fraction of a second, and where kernels lie. */
const firstLookBytes = 512 * 1024 * 1024;

/** What a session is made of besides what follows from the image. */
interface SessionParts {
  readonly path: string;
  readonly location: DumpLocation | undefined;
  readonly file: ByteSource;
  readonly wrapper: string | undefined;
  readonly view: MemoryView;
  readonly twoSystems: AddressRange | undefined;
  readonly identity: () => string;
  readonly inView: (view: MemoryView) => Session;
  readonly close: () => void;
}

const liveMark = Buffer.from('LIVEDUMP');

function sessionOfImage(image: DumpImage, parts: SessionParts): Session {
  const memory = memoryReader(image.memory, parts.path);
  const { features } = architectures[image.machine.arch];
  const osInfo = once(() => (features.has('os-info') ? findOsInfo(memory) : undefined));
  const vmcoreinfo = once(() => findVmcoreinfo(image, memory));
  const utsName = once(() => {
    const found = vmcoreinfo();
    return found.found ? readUtsName(image.machine.arch, found.vmcoreinfo, memory) : undefined;
  });
  const cpuSet = once(() =>
    readCpus(image, memory, () => {
      const found = vmcoreinfo();
      return found.found ? lowcorePrefixes(found.vmcoreinfo, memory) : [];
    }),
  );
  const kernelBy = (known: Vmcoreinfo | undefined, given?: GivenFacts): Kernel => {
    const asce = (): bigint | undefined => {
      const value = cpuSet()
        .cpus.map((cpu) => cpu.crs?.[13])
        .find((one) => one !== undefined && one !== '0x0');
      return value === undefined ? undefined : BigInt(value);
    };
    return kernelOf({ image, memory, vmcoreinfo: known, asce }, given);
  };
  const kernel = once(() => {
    const found = vmcoreinfo();
    return kernelBy(found.found ? found.vmcoreinfo : undefined);
  });
  let scanned: Kernel | undefined;
  const findKernel = async (signal: AbortSignal): Promise<Kernel> => {
    if (kernel().vmcoreinfo !== undefined) return kernel();
    scanned ??= kernelBy(chooseVmcoreinfo(image, memory, await scanForVmcoreinfo(image, memory, signal)));
    return scanned;
  };
  let looked = false;
  const lookForKernel = async (signal: AbortSignal): Promise<void> => {
    if (kernel().vmcoreinfo !== undefined || scanned !== undefined || looked) return;
    // What is not proven may be an old copy, and the right one lie further up: that is for the whole scan.
    const found = provenVmcoreinfo(image, memory, await scanForVmcoreinfo(image, memory, signal, firstLookBytes));
    looked = true;
    if (found !== undefined) scanned ??= kernelBy(found);
  };
  const knownKernel = (): Kernel => scanned ?? kernel();
  let guard: KdumpGuard | undefined;
  const kdumpGuard = async (signal: AbortSignal): Promise<KdumpGuard> => {
    // A cancelled look is forgotten: the next caller starts again.
    guard ??= await examineKdumpGuard(memory, osInfo() ?? findOsInfo(memory), signal);
    return guard;
  };
  const { path, location, file, wrapper, view, twoSystems, identity, inView, close } = parts;
  return {
    path,
    location,
    file,
    image,
    memory,
    view,
    twoSystems,
    wrapper,
    get identity() {
      return identity();
    },
    get osInfo() {
      return osInfo();
    },
    get vmcoreinfo() {
      return vmcoreinfo();
    },
    get utsName() {
      return utsName();
    },
    get cpuSet() {
      return cpuSet();
    },
    get kernel() {
      return kernel();
    },
    findKernel,
    lookForKernel,
    get knownKernel() {
      return knownKernel();
    },
    get knownVmcoreinfo() {
      return knownKernel().vmcoreinfo;
    },
    kernelBy,
    get isLive() {
      return features.has('lowcore') && liveMark.equals(memory.readPresent(0n, liveMark.length) ?? new Uint8Array());
    },
    kdumpGuard: features.has('os-info') ? kdumpGuard : undefined,
    inView,
    close,
  };
}

/** The image as one of two systems shows it. Notes and prefixes in a container are those of the system that ran: kdump's. */
function imageInView(image: DumpImage, view: MemoryView, area: AddressRange): DumpImage {
  if (view === 'all') return image;
  const memory = viewMemory(image.memory, view, area);
  const ranges = viewRanges(view, area, image.ranges, image.memory.end);
  if (view === 'kdump') return { ...image, memory, ranges };
  const { names: _names, recordedCpus: _cpus, ...rest } = image;
  const { cpuCount: _count, realCpuCount: _real, ...machine } = image.machine;
  const production: DumpImage = { ...rest, machine, memory, ranges, notes: [], prefixes: [] };
  const reader = memoryReader(memory, image.source.name);
  const search = findVmcoreinfo(production, reader);
  return { ...production, prefixes: search.found ? lowcorePrefixes(search.vmcoreinfo, reader) : [] };
}

export interface SessionOptions {
  /** The file as it lies on disk, when `source` is what was packed in it. */
  readonly file?: ByteSource;
  readonly wrapper?: string;
  readonly location?: DumpLocation;
}

/**
 * Opens a dump from bytes that are at hand already.
 * @throws DumpError
 */
export function sessionOn(source: ByteSource, close: () => void = () => undefined, context?: OpenContext, options: SessionOptions = {}): Session {
  const image = openDump(source, context);
  const area = architectures[image.machine.arch].features.has('os-info') ? findTwoSystems(image.memory) : undefined;
  const views = new Map<MemoryView, Session>();
  const identity = once(() => dumpIdentity(image));
  const inView = (view: MemoryView): Session => {
    const known = views.get(view);
    if (known !== undefined) return known;
    if (view !== 'all' && area === undefined) {
      throw new DumpError('absent', { file: source.name }, `there is one system in this dump, so it has no view "${view}"`, 'the view "all"');
    }
    const shown = area === undefined ? image : imageInView(image, view, area);
    const session = sessionOfImage(shown, {
      path: source.name,
      location: options.location,
      file: options.file ?? source,
      wrapper: options.wrapper,
      view,
      twoSystems: area,
      identity,
      inView,
      close,
    });
    views.set(view, session);
    return session;
  };
  return inView('all');
}

/**
 * @param volumes the other files of a set as the user named them; without them, those in the same folder are looked at
 * @throws DumpError io, not-this-format, truncated, corrupt or unsupported
 */
export function openSession(path: string, volumes: readonly string[] = []): Session {
  const location: DumpLocation = { path, ...(volumes.length === 0 ? {} : { volumes }) };
  const files = openDumpFiles(location);
  const close = (): void => {
    files.close();
  };
  try {
    const session = sessionOn(files.source, close, files.context, { location });
    files.noteParts((session.image.container.volumes ?? []).map((volume) => volume.path));
    return session;
  } catch (error) {
    close();
    throw error;
  }
}
