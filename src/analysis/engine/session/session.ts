/**
 * A session is an open dump in one of its views: the image and what was derived from it, each part once and only when asked for. The
 * views of a dump (`all`, `prod`, `kdump`, and each with files attached to it) share its files and are closed together; sessions of
 * two dumps share nothing. (What a person saves of the window is a `SavedSession`: shared/session-model.ts.)
 */
import { memberPath } from '../../../files/member-path.ts';
import { DumpError } from '../../../shared/dump-error.ts';
import type { MemoryView } from '../../../shared/model.ts';
import { RequestError } from '../../../shared/rpc.ts';
import type { AddressRange } from '../../../shared/units.ts';
import type { CpuSet } from '../../arch/architecture.ts';
import { architectures } from '../../arch/index.ts';
import { examineKdumpGuard, type KdumpGuard } from '../../arch/s390x/kdump-guard.ts';
import { findOsInfo, type OsInfoSearch } from '../../arch/s390x/os-info.ts';
import { openDumpFiles, type DumpLocation } from '../../formats/dump-files.ts';
import { dumpIdentity } from '../../formats/dump-identity.ts';
import { openDumpInSteps } from '../../formats/index.ts';
import type { DumpImage, GivenMachine, OpenContext } from '../../formats/dump-format.ts';
import type { GivenFacts } from '../../kernel/given/given-facts.ts';
import { kernelOf, type Kernel } from '../../kernel/kernel.ts';
import type { LogSearch } from '../../kernel/log/log-record.ts';
import { findVmcoreinfo, placedVmcoreinfo, type Vmcoreinfo, type VmcoreinfoSearch } from '../../kernel/vmcoreinfo/vmcoreinfo.ts';
import { readUtsName, type UtsName } from '../../kernel/vmcoreinfo/uts-name.ts';
import { lowcorePrefixes } from '../../kernel/vmcoreinfo/lowcore-array.ts';
import { readCpus } from '../../memory/cpu-state.ts';
import { finish, type Steps } from '../../jobs/steps.ts';
import { memoryReader, type MemoryReader } from '../../memory/reader.ts';
import { findTwoSystems, viewMemory, viewRanges } from '../../memory/view.ts';
import { dumpKey } from '../../page-index/dump-key.ts';
import type { ByteSource, FileFault, OpenedFile } from '../../source/byte-source.ts';
import type { Packing } from '../../source/packing.ts';
import type { Attached } from './attached.ts';
import { lookForSecondKernel, lookForVmcoreinfo, searchForVmcoreinfo, vmcoreinfoChoice } from './kernel-search.ts';
import type { UnpackedCopy } from './unpacked-file.ts';
import { asUnpacked, type PackedPart } from './packed-dump.ts';
import { createMemo, derived, searched, type Memo } from './memo.ts';
import { isFailure } from '../../../shared/result.ts';

/** What the views of one dump have in common. */
export interface OpenFiles {
  readonly path: string;
  /** How the same files are opened again; undefined for bytes that lie in no file. */
  readonly location: DumpLocation | undefined;
  /** The file as it lies on disk; `image.source` is the file inside it when that is a flattened stream. */
  readonly file: ByteSource;
  /** What file offsets count in: the file, or on a disk the partition that holds the dump. */
  readonly placed: ByteSource;
  /** What the dump was packed in. */
  readonly packing: Packing | undefined;
  /** The copy in the cache that is read in place of a packed file, and how far it is known to be what that unpacks to. */
  readonly unpacked: (UnpackedCopy & { readonly source: ByteSource }) | undefined;
  /** The other files of a set that are packed, with their copies. */
  readonly packedParts: readonly PackedPart[];
  /** The crashkernel area that holds the low memory of the first system, where two systems are in the dump. */
  readonly twoSystems: AddressRange | undefined;
  /** The dump as stored, whichever view is asked. */
  readonly stored: DumpImage;
  /** What follows from the stored dump, whichever view is asked. */
  readonly memo: Memo;
  /** What of the dump's files their disk did not give so far. */
  readonly faults: () => readonly FileFault[];
  /** The files that the dump lies in as they were when they were opened: the packed file of a packed dump. Empty for bytes that lie in no file. */
  readonly states: () => readonly OpenedFile[];
  /** The same files, and what is read in place of packed ones. @throws DumpError io when one of them changed since it was opened */
  readonly assertUnchanged: () => void;
  close(): void;
}

export interface Session extends Omit<OpenFiles, 'stored'> {
  /** What is the same in all views of the dump. */
  readonly files: OpenFiles;
  /** What follows from this view. */
  readonly memo: Memo;
  readonly image: DumpImage;
  readonly memory: MemoryReader;
  /** Format, size and SHA-256 of headers and notes: the same for a renamed or copied file. */
  readonly identity: string;
  /** With it, what tells dumps with equal headers apart: SHA-256 over lowcores and some 64 pages, which are read when it is first asked for. */
  readonly dumpKey: string;
  /** Undefined on other architectures than s390x. */
  readonly osInfo: OsInfoSearch | undefined;
  /** What the dump itself says, whatever is attached. */
  readonly vmcoreinfo: VmcoreinfoSearch;
  readonly utsName: UtsName | undefined;
  readonly cpuSet: CpuSet;
  /** The kernel's memory and symbols by what headers, notes and attached files say; nothing is scanned. */
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
  /** What headers, notes and attached files lead to, else what a scan has found by now. */
  readonly knownVmcoreinfo: Vmcoreinfo | undefined;
  /** The kernel as a given vmcoreinfo describes it, with what a file of the user's tells besides. */
  kernelBy(vmcoreinfo: Vmcoreinfo | undefined, given?: GivenFacts, givenLog?: LogSearch): Kernel;
  /** Which system is shown where two are in the dump; `all` is the dump as stored. */
  readonly view: MemoryView;
  /** Files of the user's that tell more of the kernel. */
  readonly attached: readonly Attached[];
  /** True for a dump of a running system: zgetdump left its mark at absolute 0. */
  readonly isLive: boolean;
  /** The loaded kdump kernel and its purgatory; reads the crashkernel memory once. Undefined on other architectures. */
  readonly kdumpGuard: ((signal: AbortSignal) => Promise<KdumpGuard>) | undefined;
  /**
   * The same dump as another of its views, with what is attached as far as it is of that system's kernel; closing any of them closes all.
   * @throws DumpError absent when there is one system only
   */
  inView(view: MemoryView): Session;
  /** The same view without what is attached. */
  readonly bare: Session;
  /** The same view as another kernel shows it. For `attach` alone. */
  withKernel(seen: SeenKernel): Session;
  /** Closes the dump with all its views. */
  close(): void;
}

/** What attached files make of a view. */
export interface SeenKernel {
  readonly kernel: Kernel;
  readonly attached: readonly Attached[];
  /** The dump's other views with the same files. */
  inView(view: MemoryView): Session;
}

const liveMark = Buffer.from('LIVEDUMP');

const featuresOf = ({ machine }: DumpImage) => architectures[machine.arch].features;
const identityOf = derived(({ stored }: OpenFiles) => dumpIdentity(stored));
const dumpKeyOf = derived((files: OpenFiles) => dumpKey(identityOf(files), files.stored));
const osInfoOf = derived(({ image, memory }: Session) => (featuresOf(image).has('os-info') ? findOsInfo(memory) : undefined));
const vmcoreinfoOf = derived(({ image, memory }: Session) => findVmcoreinfo(image, memory));
const utsNameOf = derived(({ image, memory, vmcoreinfo }: Session) =>
  !isFailure(vmcoreinfo) ? readUtsName(image.machine.arch, vmcoreinfo.value, memory) : undefined,
);
const isLiveOf = derived(
  ({ image, memory }: Session) => featuresOf(image).has('lowcore') && liveMark.equals(memory.readPresent(0n, liveMark.length) ?? new Uint8Array()),
);
/** The kernel by each text that was chosen so far: a scan may find a better one than the dump's own. */
const kernelsByText = derived((_: Session) => new Map<Vmcoreinfo | undefined, Kernel>());
function chosenKernel(session: Session): Kernel {
  const vmcoreinfo = vmcoreinfoChoice(session).used?.vmcoreinfo;
  const kernels = kernelsByText(session);
  const known = kernels.get(vmcoreinfo) ?? session.kernelBy(vmcoreinfo);
  kernels.set(vmcoreinfo, known);
  return known;
}
const guardOf = searched(({ memory, osInfo }: Session, signal) => examineKdumpGuard(memory, osInfo ?? findOsInfo(memory), signal));

/** What a view is made of besides what follows from the image. */
interface ViewParts {
  readonly files: OpenFiles;
  readonly view: MemoryView;
  readonly inView: (view: MemoryView) => Session;
  /** The view without attached files, and what those tell. */
  readonly seen?: { readonly by: SeenKernel; readonly bare: Session };
}

function sessionOfImage(image: DumpImage, parts: ViewParts): Session {
  const { files, view, seen } = parts;
  const { path, location, file, placed, packing, twoSystems } = files;
  const memory = memoryReader(image.memory, path);
  const cpus = derived((session: Session) =>
    readCpus(image, memory, () => {
      // An attached text leads to lowcores where the dump's own is lost, and so does one that fits better; what a scan finds later does not count CPUs again.
      const known = seen?.by.kernel.vmcoreinfo ?? vmcoreinfoChoice(session).used?.vmcoreinfo;
      return known === undefined ? [] : lowcorePrefixes(known, memory);
    }),
  );
  const session: Session = {
    files,
    path,
    location,
    file,
    placed,
    packing,
    unpacked: files.unpacked,
    packedParts: files.packedParts,
    twoSystems,
    faults: files.faults,
    states: files.states,
    assertUnchanged: files.assertUnchanged,
    memo: createMemo(),
    image,
    memory,
    view,
    attached: seen?.by.attached ?? [],
    get identity() {
      return identityOf(files);
    },
    get dumpKey() {
      return dumpKeyOf(files);
    },
    get osInfo() {
      return osInfoOf(session);
    },
    get vmcoreinfo() {
      return vmcoreinfoOf(session);
    },
    get utsName() {
      return utsNameOf(session);
    },
    get cpuSet() {
      return cpus(session);
    },
    get isLive() {
      return isLiveOf(session);
    },
    get kernel() {
      return seen?.by.kernel ?? chosenKernel(session);
    },
    async findKernel(signal) {
      if (seen === undefined) await searchForVmcoreinfo(session, signal);
      return session.knownKernel;
    },
    async lookForKernel(signal) {
      if (seen === undefined) await lookForVmcoreinfo(session, signal);
      const known = session.knownKernel;
      // What the CPUs are called rests on them: read here, they can be waited for and cancelled.
      if (known.publishesSymbols) await known.ready(featuresOf(image).has('lowcore') ? ['symbols'] : ['symbols', 'types'], signal);
      if (seen === undefined) await lookForSecondKernel(session, signal);
    },
    get knownKernel() {
      return seen?.by.kernel ?? chosenKernel(session);
    },
    get knownVmcoreinfo() {
      return session.knownKernel.vmcoreinfo;
    },
    kernelBy(vmcoreinfo, given, givenLog) {
      const asce = (): bigint | undefined => {
        const value = session.cpuSet.cpus.map((cpu) => cpu.crs?.[13]).find((one) => one !== undefined && one !== '0x0');
        return value === undefined ? undefined : BigInt(value);
      };
      return kernelOf({ image, memory, vmcoreinfo: vmcoreinfo === undefined ? undefined : placedVmcoreinfo(image, vmcoreinfo), asce }, given, givenLog);
    },
    kdumpGuard: featuresOf(image).has('os-info') ? (signal): Promise<KdumpGuard> => guardOf(session, signal) : undefined,
    inView: (other) => (seen === undefined ? parts.inView(other) : seen.by.inView(other)),
    get bare() {
      return seen?.bare ?? session;
    },
    close() {
      files.close();
    },
    withKernel: (by) => sessionOfImage(image, { ...parts, seen: { by, bare: session.bare } }),
  };
  return session;
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
  return { ...production, prefixes: !isFailure(search) ? lowcorePrefixes(search.value, reader) : [] };
}

export interface SessionOptions {
  /** The file as it lies on disk, when `source` is what was packed in it. */
  readonly file?: ByteSource;
  readonly packing?: Packing;
  /** As messages name the packed file, where that is not the file's own name. */
  readonly name?: string;
  readonly unpacked?: OpenFiles['unpacked'];
  readonly packedParts?: OpenFiles['packedParts'];
  readonly location?: DumpLocation;
  /** What of the files after `source` could not be read so far. */
  readonly faults?: () => readonly FileFault[];
  /** The files after `source`. */
  readonly states?: () => readonly OpenedFile[];
  readonly assertUnchanged?: () => void;
}

/** How the files are opened again: what was looked for in memory is known by then. */
const reopened = (location: DumpLocation | undefined, { machine }: DumpImage): DumpLocation | undefined =>
  location === undefined || machine.isSought !== true ? location : { ...location, machine: machine.arch };

/**
 * Opens a dump from bytes that are at hand already.
 * @throws DumpError
 */
export function* sessionInSteps(source: ByteSource, close: () => void = () => undefined, context?: OpenContext, options: SessionOptions = {}): Steps<Session> {
  const image = asUnpacked(yield* openDumpInSteps(source, context), options);
  const area = featuresOf(image).has('os-info') ? findTwoSystems(image.memory) : undefined;
  const files: OpenFiles = {
    path: source.name,
    location: reopened(options.location, image),
    file: options.file ?? source,
    placed: image.container.disk === undefined ? (options.file ?? source) : image.source,
    packing: options.packing,
    unpacked: options.unpacked,
    packedParts: (options.packedParts ?? []).filter(({ name }) => image.container.volumes?.some(({ path }) => path === name) === true),
    twoSystems: area,
    stored: image,
    memo: createMemo(),
    faults: options.faults ?? (() => []),
    states: options.states ?? (() => []),
    assertUnchanged: options.assertUnchanged ?? (() => undefined),
    close,
  };
  const views = new Map<MemoryView, Session>();
  const inView = (view: MemoryView): Session => {
    const known = views.get(view);
    if (known !== undefined) return known;
    if (view !== 'all' && area === undefined) {
      throw new DumpError('absent', { file: source.name }, `there is one system in this dump, so it has no view "${view}"`, 'the view "all"');
    }
    const session = sessionOfImage(area === undefined ? image : imageInView(image, view, area), { files, view, inView });
    views.set(view, session);
    return session;
  };
  return inView('all');
}

/** The same at once. @throws DumpError */
export const sessionOn = (...parts: Parameters<typeof sessionInSteps>): Session => finish(sessionInSteps(...parts));

/** A file that the user named and that is not part of the dump: answers without it would not be what was asked for. @throws RequestError */
export function assertUsed({ path, image }: Session, volumes: readonly string[]): void {
  const [first] = volumes;
  if (first === undefined) return;
  if (image.container.volumes === undefined)
    throw new RequestError('query', `${path} is a dump in one file (${image.format}), not one of a set: ${first} is not part of it`);
  const stray = image.findings.find(({ id, severity }) => severity === 'error' && (id === 'volume-set/no-volume' || id === 'volume-set/other-run'));
  if (stray !== undefined) throw new RequestError('query', stray.detail);
}

/**
 * @param volumes the other files of a set as the user named them; without them, those in the same folder are looked at
 * @param given what the headers do not say
 * @param wish whether a part of the headers is enough, and who hears how far they are read
 * @throws DumpError io, not-this-format, truncated, corrupt or unsupported; RequestError for one that is not part of the dump
 */
export function* openSessionInSteps(
  path: string,
  volumes: readonly string[] = [],
  given: GivenMachine = {},
  wish: Pick<OpenContext, 'inPart' | 'reached'> = {},
): Steps<Session> {
  const { file, member } = memberPath(path);
  const location: DumpLocation = {
    path: file,
    ...(member === undefined ? {} : { member, name: path }),
    ...(volumes.length === 0 ? {} : { volumes }),
    ...given,
  };
  const files = openDumpFiles(location);
  const close = (): void => {
    files.close();
  };
  let opened = false;
  try {
    let parts: readonly string[] = [];
    const session = yield* sessionInSteps(
      files.source,
      close,
      { ...files.context, ...wish },
      {
        location,
        faults: () => files.faults(parts),
        states: () => files.states(parts),
        assertUnchanged: () => {
          files.assertUnchanged(parts);
        },
      },
    );
    parts = (session.image.container.volumes ?? []).map((volume) => volume.path);
    files.noteParts(parts);
    assertUsed(session, volumes);
    opened = true;
    return session;
  } finally {
    // A cancel ends it between two steps.
    if (!opened) close();
  }
}

/** The same at once. @throws DumpError, RequestError */
export const openSession = (...parts: Parameters<typeof openSessionInSteps>): Session => finish(openSessionInSteps(...parts));
