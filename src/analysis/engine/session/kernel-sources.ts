/** The kernel that a question is about: as the dump describes it, with what the user gave beside it. */
import { readGivenText } from '../../../files/given-file.ts';
import { DumpError } from '../../../shared/dump-error.ts';
import { factsOfVmlinux, type GivenFacts } from '../../kernel/given/given-vmlinux.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import { withModules } from '../../kernel/modules/module-symbol-table.ts';
import { readSystemMap, systemMapTable } from '../../kernel/given/system-map.ts';
import { parseVmcoreinfo } from '../../kernel/vmcoreinfo/vmcoreinfo.ts';
import type { SymbolTable } from '../../kernel/symbols/symbol-table.ts';
import { readVmlinux } from '../../kernel/given/vmlinux.ts';
import { openFile } from '../../source/file-source.ts';
import type { Session } from './session.ts';

export interface KernelSources {
  readonly vmcoreinfo?: string | undefined;
  readonly systemMap?: string | undefined;
  /** Path of a vmlinux, or of the file of its debug information. */
  readonly vmlinux?: string | undefined;
}

const maxTextBytes = 64 * 1024 * 1024;

const readText = (path: string, what: string): string => readGivenText(path, { what, most: maxTextBytes }, 'latin1');

/** What the user's vmlinux or System.map tells; undefined when there is none. @throws DumpError when it cannot be read or is another kernel's */
function givenFacts(kernel: Kernel, { vmlinux, systemMap }: KernelSources): GivenFacts | undefined {
  if (vmlinux !== undefined) {
    const file = openFile(vmlinux, { cacheBlocks: 2 });
    try {
      const given = factsOfVmlinux(readVmlinux(file), kernel);
      if (typeof given === 'string') throw new DumpError('corrupt', { file: vmlinux }, given, 'the vmlinux of the dumped kernel');
      return given;
    } finally {
      file.close();
    }
  }
  if (systemMap === undefined) return undefined;
  const list = readSystemMap(readText(systemMap, 'a System.map'));
  if (typeof list === 'string') throw new DumpError('not-this-format', { file: systemMap, offset: 0 }, list, 'lines of address, type and name');
  const symbols = systemMapTable(list, systemMap, kernel);
  if (typeof symbols === 'string') throw new DumpError('corrupt', { file: systemMap }, symbols, 'the System.map of the dumped kernel');
  return { symbols, types: { found: false, why: 'a System.map has no types' } };
}

async function kernelByText(session: Session, { vmcoreinfo }: KernelSources, signal: AbortSignal): Promise<Kernel> {
  if (vmcoreinfo === undefined) return session.findKernel(signal);
  const text = readText(vmcoreinfo, 'the text of a VMCOREINFO note');
  const entries = parseVmcoreinfo(text);
  if (!entries.has('OSRELEASE'))
    throw new DumpError('not-this-format', { file: vmcoreinfo, offset: 0 }, 'it has no line OSRELEASE=', 'the text of a VMCOREINFO note');
  return session.kernelBy({ source: `file ${vmcoreinfo}`, text, entries });
}

/**
 * Looks in notes and headers, then scans memory for vmcoreinfo.
 * @throws DumpError for a file of the user's that cannot be read, is no such file, or is of another kernel; Cancelled
 */
export async function kernelFor(session: Session, sources: KernelSources, signal: AbortSignal): Promise<Kernel> {
  const kernel = await kernelByText(session, sources, signal);
  const given = givenFacts(kernel, sources);
  return given === undefined ? kernel : session.kernelBy(kernel.vmcoreinfo, given);
}

/** The dump as it looks with the user's files beside it; itself without any. @throws what `kernelFor` throws */
export async function withSources(session: Session, sources: KernelSources, signal: AbortSignal): Promise<Session> {
  if (sources.vmcoreinfo === undefined && sources.systemMap === undefined && sources.vmlinux === undefined) return session;
  const kernel = await kernelFor(session, sources, signal);
  const seen = { kernel: { value: kernel }, findKernel: { value: (): Promise<Kernel> => Promise.resolve(kernel) } };
  return Object.create(session, seen) as Session;
}

/**
 * The kernel's symbols with those of modules.
 * @param searches whether a list of modules that no symbol names may be searched for (a part of a second, once)
 */
export function namesOf(kernel: Kernel, searches = false): SymbolTable | { readonly why: string } {
  const own = kernel.symbols;
  return own.found ? withModules(own.symbols, searches ? kernel.findModuleSymbols() : kernel.moduleSymbols) : { why: own.why };
}
