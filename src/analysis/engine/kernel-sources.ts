/** The kernel that a question is about: as the dump describes it, with what the user gave beside it. */
import { readFileSync, statSync } from 'node:fs';
import { DumpError } from '../../shared/dump-error.ts';
import type { Kernel } from '../kernel/kernel.ts';
import { withModules } from '../kernel/module-symbol-table.ts';
import { readSystemMap, systemMapTable } from '../kernel/system-map.ts';
import { parseVmcoreinfo } from '../kernel/vmcoreinfo.ts';
import type { SymbolTable } from '../kernel/symbol-table.ts';
import type { Session } from './session.ts';

export interface KernelSources {
  readonly vmcoreinfo?: string | undefined;
  readonly systemMap?: string | undefined;
}

const maxTextBytes = 64 * 1024 * 1024;

function readText(path: string): string {
  try {
    const { size } = statSync(path);
    if (size > maxTextBytes) throw new DumpError('unsupported', { file: path }, `it has ${size} bytes`, `a text of at most ${maxTextBytes}`);
    return readFileSync(path, 'latin1');
  } catch (error) {
    if (error instanceof DumpError) throw error;
    throw new DumpError('io', { file: path }, error instanceof Error ? error.message : 'it cannot be read', 'a text');
  }
}

/**
 * Looks in notes and headers, then scans memory for vmcoreinfo.
 * @throws DumpError io or not-this-format for a file of the user's, Cancelled
 */
export async function kernelFor(session: Session, sources: KernelSources, signal: AbortSignal): Promise<Kernel> {
  if (sources.vmcoreinfo === undefined) return session.findKernel(signal);
  const text = readText(sources.vmcoreinfo);
  const entries = parseVmcoreinfo(text);
  if (!entries.has('OSRELEASE'))
    throw new DumpError('not-this-format', { file: sources.vmcoreinfo, offset: 0 }, 'it has no line OSRELEASE=', 'the text of a VMCOREINFO note');
  return session.kernelBy({ source: `file ${sources.vmcoreinfo}`, text, entries });
}

/** The dump's own symbols, else those of a System.map that the user gave; with those of modules. */
export function symbolsOf(kernel: Kernel, sources: KernelSources): SymbolTable | { readonly why: string } {
  const own = kernel.symbols;
  if (sources.systemMap !== undefined && (!own.found || own.symbols.lookup('init_task').length === 0)) {
    const list = readSystemMap(readText(sources.systemMap));
    if (typeof list === 'string') throw new DumpError('not-this-format', { file: sources.systemMap, offset: 0 }, list, 'lines of address, type and name');
    const table = systemMapTable(list, sources.systemMap, kernel);
    if (typeof table === 'string') throw new DumpError('corrupt', { file: sources.systemMap }, table, 'the System.map of the dumped kernel');
    return withModules(table, kernel.moduleSymbols);
  }
  return own.found ? withModules(own.symbols, kernel.moduleSymbols) : { why: own.why };
}
