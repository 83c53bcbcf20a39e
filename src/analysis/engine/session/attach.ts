/** Files of the user's that tell more of a dump's kernel than the dump does: a vmlinux, a System.map, the text of a vmcoreinfo note. */
import { basename } from 'node:path';
import { givenPieces, readGivenText } from '../../../files/given-file.ts';
import type { AttachmentPaths } from '../../../shared/attachment.ts';
import { DumpError, isDumpError } from '../../../shared/dump-error.ts';
import type { MemoryView } from '../../../shared/model.ts';
import { factsOfVmlinux } from '../../kernel/given/given-vmlinux.ts';
import type { GivenFacts } from '../../kernel/given/given-facts.ts';
import { readSystemMap, systemMapTable } from '../../kernel/given/system-map.ts';
import { readVmlinux } from '../../kernel/given/vmlinux.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import { parseVmcoreinfo, type Vmcoreinfo } from '../../kernel/vmcoreinfo/vmcoreinfo.ts';
import { openFile } from '../../source/file-source.ts';
import type { Session } from './session.ts';
import type { Attached } from './attached.ts';

/** The kernel keeps a vmcoreinfo within a page. */
const maxVmcoreinfoBytes = 1024 * 1024;
/** Half a million symbols and more; a kernel has some 200,000. */
const maxMapBytes = 32 * 1024 * 1024;

/** Files that were read, each once for all views. */
interface GivenFiles {
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
      if (typeof given === 'string') throw new DumpError('corrupt', { file: path }, given, 'the vmlinux of the dumped kernel');
      return given;
    };
  } finally {
    file.close();
  }
}

function systemMapFacts(path: string): GivenFiles['factsOf'] {
  const list = readSystemMap(givenPieces(path, { what: 'a System.map', most: maxMapBytes, symbols: true }));
  if (typeof list === 'string') throw new DumpError('not-this-format', { file: path, offset: 0 }, list, 'lines of address, type and name');
  return (kernel) => {
    const symbols = systemMapTable(list, path, kernel);
    if (typeof symbols === 'string') throw new DumpError('corrupt', { file: path }, symbols, 'the System.map of the dumped kernel');
    return { symbols, types: { found: false, why: 'a System.map has no types' }, proof: kernel.symbols.found ? 'symbols' : undefined };
  };
}

function vmcoreinfoText(path: string): Vmcoreinfo {
  const text = readGivenText(path, { what: 'the text of a VMCOREINFO note', most: maxVmcoreinfoBytes }, 'latin1');
  const entries = parseVmcoreinfo(text);
  if (!entries.has('OSRELEASE'))
    throw new DumpError('not-this-format', { file: path, offset: 0 }, 'it has no line OSRELEASE=', 'the text of a VMCOREINFO note');
  return { source: `file ${basename(path)}`, text, entries };
}

function readGiven({ vmcoreinfo, systemMap, vmlinux }: AttachmentPaths): GivenFiles {
  const files: Pick<Attached, 'kind' | 'path'>[] = [];
  if (vmcoreinfo !== undefined) files.push({ kind: 'vmcoreinfo', path: vmcoreinfo });
  if (vmlinux !== undefined) files.push({ kind: 'vmlinux', path: vmlinux });
  else if (systemMap !== undefined) files.push({ kind: 'systemMap', path: systemMap });
  return {
    files,
    vmcoreinfo: vmcoreinfo === undefined ? undefined : vmcoreinfoText(vmcoreinfo),
    factsOf: vmlinux !== undefined ? vmlinuxFacts(vmlinux) : systemMap !== undefined ? systemMapFacts(systemMap) : () => undefined,
  };
}

/** @param kernel of the bare session, or as the given vmcoreinfo describes it */
function seenThrough(bare: Session, kernel: Kernel, given: GivenFiles): Session {
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
  const session = bare.withKernel({
    kernel: facts === undefined ? kernel : bare.kernelBy(kernel.vmcoreinfo, facts),
    // A text of vmcoreinfo says itself which kernel it is of: nothing else in the dump does.
    attached: given.files.map((file) => ({ ...file, proof: file.kind === 'vmcoreinfo' ? undefined : facts?.proof })),
    inView,
  });
  views.set(bare.view, session);
  return session;
}

/** The other system of a dump ran the same kernel more often than not; where it did not, the files tell nothing of it. */
function otherSystem(bare: Session, given: GivenFiles): Session {
  // A vmcoreinfo is of one system: it holds addresses that differ from boot to boot.
  if (given.vmcoreinfo !== undefined || bare.knownVmcoreinfo === undefined) return bare;
  try {
    return seenThrough(bare, bare.knownKernel, given);
  } catch (error) {
    if (isDumpError(error)) return bare;
    throw error;
  }
}

/**
 * The dump as it looks with the user's files attached, and without any that were attached before. Memory is scanned for vmcoreinfo
 * where nothing leads to it and none is given.
 * @throws DumpError for a file that cannot be read, is no such file, or is of another kernel; Cancelled
 */
export async function attach(session: Session, files: AttachmentPaths, signal: AbortSignal): Promise<Session> {
  const { bare } = session;
  const given = readGiven(files);
  if (given.files.length === 0) return bare;
  const kernel = given.vmcoreinfo === undefined ? await bare.findKernel(signal) : bare.kernelBy(given.vmcoreinfo);
  return seenThrough(bare, kernel, given);
}
