/** Files of the user's that tell more of a dump's kernel than the dump does: a vmlinux, a System.map, the text of a vmcoreinfo note, a saved log. */
import { basename } from 'node:path';
import { givenPieces, readGivenText } from '../../../files/given-file.ts';
import type { AttachmentPaths } from '../../../shared/attachment.ts';
import { defined } from '../../../shared/defined.ts';
import { DumpError, isDumpError } from '../../../shared/dump-error.ts';
import type { MemoryView } from '../../../shared/model.ts';
import { factsOfVmlinux } from '../../kernel/given/given-vmlinux.ts';
import type { GivenFacts } from '../../kernel/given/given-facts.ts';
import { readSystemMap, systemMapTable } from '../../kernel/given/system-map.ts';
import { readDumpLog, type DumpLog } from '../../kernel/given/dump-log.ts';
import type { HostFacts } from '../../kernel/given/host-facts.ts';
import { judgeVmcoreinfo, type GivenVmcoreinfo } from '../../kernel/given/given-vmcoreinfo.ts';
import { judgeLogFile, type GivenLog, type KernelName } from '../../kernel/given/given-log.ts';
import { readVmlinux } from '../../kernel/given/vmlinux.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import { readLogFile, type LogFile } from '../../kernel/log/log-file.ts';
import { readUtsName } from '../../kernel/vmcoreinfo/uts-name.ts';
import { finish, paced } from '../../jobs/steps.ts';
import { parseVmcoreinfo, placedVmcoreinfo, type Vmcoreinfo } from '../../kernel/vmcoreinfo/vmcoreinfo.ts';
import { openFile } from '../../source/file-source.ts';
import { compareBuildIds, judge, lookForVmcoreinfo, vmcoreinfoChoice } from './kernel-search.ts';
import { readHostArchive } from './host-archive.ts';
import type { Session } from './session.ts';
import type { Attached } from './attached.ts';
import { failed, isFailure } from '../../../shared/result.ts';

/** The kernel keeps a vmcoreinfo within a page. */
const maxVmcoreinfoBytes = 1024 * 1024;
/** Half a million symbols and more; a kernel has some 200,000. */
const maxMapBytes = 32 * 1024 * 1024;

/** The largest log buffer that a kernel can have (CONFIG_LOG_BUF_SHIFT, log_buf_len=), with what printing adds to its lines. */
const maxLogBytes = 256 * 1024 * 1024;

/** Files that were read, each once for all views. */
interface GivenFiles {
  readonly log: LogFile | undefined;
  readonly dumpLog: DumpLog | undefined;
  readonly hostFacts: HostFacts | undefined;
  readonly files: readonly Pick<Attached, 'kind' | 'path'>[];
  readonly vmcoreinfo: Vmcoreinfo | undefined;
  /** What the vmlinux or the System.map tells of a kernel; undefined when there is none. @throws DumpError when it is another kernel's */
  readonly factsOf: (kernel: Kernel) => GivenFacts | undefined;
}

function vmlinuxFacts(path: string): GivenFiles['factsOf'] {
  const file = openFile(path, { cacheBlocks: 2 });
  try {
    const vmlinux = readVmlinux(file);
    return (kernel) => {
      const given = factsOfVmlinux(vmlinux, kernel);
      if (isFailure(given)) throw new DumpError('corrupt', { file: path }, given.missing.why, 'the vmlinux of the dumped kernel');
      return given.value;
    };
  } finally {
    file.close();
  }
}

function systemMapFacts(path: string): GivenFiles['factsOf'] {
  const list = readSystemMap(givenPieces(path, { what: 'a System.map', most: maxMapBytes, symbols: true }));
  if (isFailure(list)) throw new DumpError('not-this-format', { file: path, offset: 0 }, list.missing.why, 'lines of address, type and name');
  return (kernel) => {
    const symbols = systemMapTable(list.value, path, kernel);
    if (isFailure(symbols)) throw new DumpError('corrupt', { file: path }, symbols.missing.why, 'the System.map of the dumped kernel');
    return { symbols: symbols.value, types: failed('BTF', 'a System.map has no types'), proof: !isFailure(kernel.symbols) ? 'symbols' : undefined };
  };
}

function vmcoreinfoText(path: string): Vmcoreinfo {
  const text = readGivenText(path, { what: 'the text of a VMCOREINFO note', most: maxVmcoreinfoBytes }, 'latin1');
  const entries = parseVmcoreinfo(text);
  if (!entries.has('OSRELEASE'))
    throw new DumpError('not-this-format', { file: path, offset: 0 }, 'it has no line OSRELEASE=', 'the text of a VMCOREINFO note');
  return { source: `file ${basename(path)}`, text, entries };
}

function logFile(path: string): LogFile {
  const log = readLogFile(givenPieces(path, { what: 'a saved kernel log', most: maxLogBytes }), basename(path));
  if (isFailure(log)) throw new DumpError('not-this-format', { file: path, offset: 0 }, log.missing.why, 'a kernel log as dmesg prints it');
  return log.value;
}

function dumpLogFile(path: string): DumpLog {
  const log = readDumpLog(givenPieces(path, { what: 'the log of a dump tool', most: maxLogBytes }), basename(path));
  if (isFailure(log)) throw new DumpError('not-this-format', { file: path, offset: 0 }, log.missing.why, 'the log of kdump or the output of makedumpfile');
  return log.value;
}

async function readGiven({ vmcoreinfo, systemMap, vmlinux, dmesg, dumpLog, hostFacts }: AttachmentPaths, signal: AbortSignal): Promise<GivenFiles> {
  const files: Pick<Attached, 'kind' | 'path'>[] = [];
  if (vmcoreinfo !== undefined) files.push({ kind: 'vmcoreinfo', path: vmcoreinfo });
  if (vmlinux !== undefined) files.push({ kind: 'vmlinux', path: vmlinux });
  else if (systemMap !== undefined) files.push({ kind: 'systemMap', path: systemMap });
  if (dmesg !== undefined) files.push({ kind: 'dmesg', path: dmesg });
  if (dumpLog !== undefined) files.push({ kind: 'dumpLog', path: dumpLog });
  if (hostFacts !== undefined) files.push({ kind: 'hostFacts', path: hostFacts });
  return {
    files,
    hostFacts: hostFacts === undefined ? undefined : await readHostArchive(hostFacts, signal),
    dumpLog: dumpLog === undefined ? undefined : dumpLogFile(dumpLog),
    log: dmesg === undefined ? undefined : logFile(dmesg),
    vmcoreinfo: vmcoreinfo === undefined ? undefined : vmcoreinfoText(vmcoreinfo),
    factsOf: vmlinux !== undefined ? vmlinuxFacts(vmlinux) : systemMap !== undefined ? systemMapFacts(systemMap) : () => undefined,
  };
}

function namesOf({ image, memory }: Session, { vmcoreinfo }: Kernel): readonly KernelName[] {
  const uts = vmcoreinfo === undefined ? undefined : readUtsName(image.machine.arch, vmcoreinfo, memory);
  return [
    { by: 'vmcoreinfo', release: vmcoreinfo?.entries.get('OSRELEASE') },
    { by: 'utsname in memory', release: uts?.release, version: uts?.version },
    { by: "the container's header", release: image.names?.release, version: image.names?.version },
  ];
}

/** Of two systems in a dump the log may be of either, whichever is shown. */
function logOfEither(bare: Session, file: LogFile, own: GivenLog): GivenLog {
  if (bare.view !== 'all' || bare.twoSystems === undefined || own.contradiction === undefined) return own;
  for (const view of ['prod', 'kdump'] as const) {
    const other = bare.inView(view);
    const { log: _, ...judged } = finish(judgeLogFile(file, other.knownKernel, namesOf(other, other.knownKernel)));
    if (judged.contradiction === undefined && judged.proof !== undefined) return judged;
  }
  return own;
}

/** @param kernel of the bare session, or as the given vmcoreinfo describes it */
function seenThrough(bare: Session, kernel: Kernel, given: GivenFiles, judged: GivenLog | undefined, text?: GivenVmcoreinfo): Session {
  const facts = given.factsOf(kernel);
  const views = new Map<MemoryView, Session>();
  const inView = (view: MemoryView): Session => {
    const known = views.get(view);
    if (known !== undefined) return known;
    const other = bare.inView(view);
    const session = otherSystem(other, given);
    views.set(view, session);
    return session;
  };
  const log = given.log === undefined || judged === undefined ? undefined : logOfEither(bare, given.log, judged);
  const session = bare.withKernel({
    kernel: facts === undefined && log?.log === undefined ? kernel : bare.kernelBy(kernel.vmcoreinfo, facts, log?.log),
    attached: given.files.map((file): Attached => {
      if (file.kind === 'dmesg') return { ...file, proof: log?.proof, ...defined({ log }) };
      if (file.kind === 'dumpLog') return { ...file, proof: undefined, ...defined({ dumpLog: given.dumpLog }) };
      if (file.kind === 'hostFacts') return { ...file, proof: undefined, ...defined({ hostFacts: given.hostFacts }) };
      if (file.kind === 'vmcoreinfo') return { ...file, proof: text?.proof, ...defined({ vmcoreinfo: text }) };
      return { ...file, proof: facts?.proof };
    }),
    inView,
  });
  views.set(bare.view, session);
  return session;
}

/** The other system of a dump ran the same kernel more often than not; where it did not, the files tell nothing of it. */
function otherSystem(bare: Session, given: GivenFiles): Session {
  // A vmcoreinfo is of one system: it holds addresses that differ from boot to boot.
  if (given.vmcoreinfo !== undefined || bare.knownVmcoreinfo === undefined) return bare;
  const kernel = bare.knownKernel;
  try {
    const judged = given.log === undefined ? undefined : finish(judgeLogFile(given.log, kernel, namesOf(bare, kernel), true));
    // A log is of one boot, which is that of the other system.
    const isOther = judged !== undefined && (judged.contradiction !== undefined || judged.proof === undefined);
    const files = isOther ? { ...given, files: given.files.filter(({ kind }) => kind !== 'dmesg'), log: undefined } : given;
    return files.files.length === 0 ? bare : seenThrough(bare, kernel, files, isOther ? undefined : judged);
  } catch (error) {
    if (isDumpError(error)) return bare;
    throw error;
  }
}

/**
 * The given text held against the dump's own, which is looked for at the first places of memory where nothing leads to it.
 * @throws DumpError for that of another kernel; Cancelled
 */
async function judgedText(bare: Session, vmcoreinfo: Vmcoreinfo, path: string, signal: AbortSignal): Promise<GivenVmcoreinfo> {
  const { image, memory } = bare;
  const text = placedVmcoreinfo(image, vmcoreinfo);
  await lookForVmcoreinfo(bare, signal);
  await compareBuildIds(bare, [text], signal);
  const judged = judgeVmcoreinfo(judge(bare, text), { image, memory, own: vmcoreinfoChoice(bare).used });
  if (isFailure(judged)) throw new DumpError('corrupt', { file: path }, judged.missing.why, 'the text of vmcoreinfo of the dumped kernel');
  return judged.value;
}

/**
 * The dump as it looks with the user's files attached, and without any that were attached before. Memory is scanned for vmcoreinfo
 * where nothing leads to it and none is given.
 * @throws DumpError for a file that cannot be read, is no such file, or is of another kernel; Cancelled
 */
export async function attach(session: Session, files: AttachmentPaths, signal: AbortSignal): Promise<Session> {
  const { bare } = session;
  const given = await readGiven(files, signal);
  if (given.files.length === 0) return bare;
  const { vmcoreinfo } = given;
  const text = vmcoreinfo === undefined ? undefined : await judgedText(bare, vmcoreinfo, files.vmcoreinfo ?? '', signal);
  const kernel = vmcoreinfo === undefined ? await bare.findKernel(signal) : bare.kernelBy(vmcoreinfo);
  if (given.log === undefined) return seenThrough(bare, kernel, given, undefined, text);
  await kernel.ready(['log'], signal);
  return seenThrough(bare, kernel, given, await paced(judgeLogFile(given.log, kernel, namesOf(bare, kernel)), signal), text);
}
