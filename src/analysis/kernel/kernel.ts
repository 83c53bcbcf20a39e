/** What a dump says about its kernel, each part looked for once and only when asked for. */
import { scanForTypes, typesBySymbol, type TypeSearch } from './btf/find-types.ts';
import { readKallsyms, kallsymsPlaces, type SymbolSearch } from './kallsyms.ts';
import { searchKallsyms } from './kallsyms-search.ts';
import { kernelMemory, type KernelMemory, type KernelMemoryParts } from './kernel-memory.ts';
import { listModules } from './modules.ts';
import { readModuleSymbols, type ModuleSymbols } from './module-symbols.ts';
import { withoutLostPages } from './lost-pages.ts';
import { readKernelLog } from './log/kernel-log.ts';
import type { LogSearch } from './log/log-record.ts';
import { soleAddress } from './vm-statistics.ts';
import { vmcoreinfoHex, type Vmcoreinfo } from './vmcoreinfo.ts';

export interface Kernel {
  readonly vmcoreinfo: Vmcoreinfo | undefined;
  readonly memory: KernelMemory;
  /**
   * The kernel's symbols, without those of modules. Decoded at the first use (100 000 names: about 0.1 s); for kernels that do not
   * publish where they lie the image is searched first.
   */
  readonly symbols: SymbolSearch;
  /** Symbols of the modules that the kernel's list `modules` leads to; read at the first use, no scan. */
  readonly moduleSymbols: ModuleSymbols;
  /** Whether symbols are had without searching. */
  readonly publishesSymbols: boolean;
  /** The kernel's log, read at the first use; no scan. */
  readonly log: LogSearch;
  /** The kernel's types where symbols lead to them; parsed at the first use (100 000 types: about 0.1 s); no scan. */
  readonly types: TypeSearch;
  /** The same; where no symbol leads to them memory is scanned, once. @throws Cancelled */
  findTypes(signal: AbortSignal): Promise<TypeSearch>;
}

const noModuleSymbols: ModuleSymbols = {
  symbols: [],
  source: 'none',
  missing: [{ what: 'symbols of modules', why: 'no symbol names the list of modules' }],
};

export function kernelOf(parts: KernelMemoryParts): Kernel {
  const { vmcoreinfo } = parts;
  const memory = kernelMemory(parts);
  let symbols: SymbolSearch | undefined;
  let moduleSymbols: ModuleSymbols | undefined;
  let log: LogSearch | undefined;
  let types: TypeSearch | undefined;
  let scanned: TypeSearch | undefined;
  const find = (): SymbolSearch => {
    if (vmcoreinfo === undefined) return { found: false, why: 'no vmcoreinfo is known, which says where the tables lie' };
    const stext = vmcoreinfoHex(vmcoreinfo, 'SYMBOL(_stext)');
    const places = kallsymsPlaces(vmcoreinfo);
    if (places !== undefined) return readKallsyms(memory, places, stext);
    if (stext === undefined) return { found: false, why: 'vmcoreinfo names neither the tables nor _stext' };
    for (const candidate of searchKallsyms(memory, stext)) {
      const found = readKallsyms(memory, candidate, stext);
      if (found.found) return found;
    }
    return { found: false, why: 'vmcoreinfo does not say where the tables lie (kernels before 6.0), and no pattern of them was found behind _stext' };
  };
  return {
    vmcoreinfo,
    memory,
    publishesSymbols: vmcoreinfo !== undefined && kallsymsPlaces(vmcoreinfo) !== undefined,
    get symbols() {
      return (symbols ??= find());
    },
    get moduleSymbols() {
      if (moduleSymbols !== undefined) return moduleSymbols;
      const head = this.symbols.found ? soleAddress(this.symbols.symbols, 'modules') : undefined;
      if (head === undefined) return (moduleSymbols = noModuleSymbols);
      const lasting = withoutLostPages(memory);
      return (moduleSymbols = readModuleSymbols(lasting, this.types.found ? this.types.types.types : undefined, listModules(lasting, head)));
    },
    get types() {
      return (types ??= typesBySymbol(memory, this.symbols, vmcoreinfo));
    },
    async findTypes(signal) {
      if (this.types.found) return this.types;
      return (scanned ??= await scanForTypes(parts.image, parts.memory, memory, vmcoreinfo, signal));
    },
    get log() {
      return (log ??= readKernelLog(memory, vmcoreinfo));
    },
  };
}
