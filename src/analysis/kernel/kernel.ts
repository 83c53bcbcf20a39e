/** What a dump says about its kernel, each part looked for once and only when asked for. */
import { scanForTypes, typesBySymbol, type TypeSearch } from './btf/find-types.ts';
import type { GivenFacts } from './given/given-vmlinux.ts';
import { readKallsyms, kallsymsPlaces, type SymbolSearch } from './symbols/kallsyms.ts';
import { searchKallsyms } from './symbols/kallsyms-search.ts';
import { kernelMemory, type KernelMemory, type KernelMemoryParts } from './memory/kernel-memory.ts';
import { readModuleTypes, moduleTypeHead, type ModuleTypeSearch } from './btf/module-types.ts';
import { modulesByShape, modulesBySymbol, type FoundModules } from './modules/module-list.ts';
import { readModuleSymbols, type ModuleSymbols } from './modules/module-symbols.ts';
import { withoutLostPages } from './memory/lost-pages.ts';
import { readKernelLog } from './log/kernel-log.ts';
import type { LogSearch } from './log/log-record.ts';
import { vmcoreinfoHex, type Vmcoreinfo } from './vmcoreinfo/vmcoreinfo.ts';
import { soleAddress } from './symbols/symbol-table.ts';

export interface Kernel {
  readonly vmcoreinfo: Vmcoreinfo | undefined;
  readonly memory: KernelMemory;
  /**
   * The kernel's symbols, without those of modules. Decoded at the first use (100 000 names: about 0.1 s); for kernels that do not
   * publish where they lie the image is searched first.
   */
  readonly symbols: SymbolSearch;
  /** Symbols of the modules that the kernel's list `modules` leads to, or that were searched for before; read at the first use, no scan. */
  readonly moduleSymbols: ModuleSymbols;
  /** The same; where no symbol names the list it is searched for among the kernel's variables, once. */
  findModuleSymbols(): ModuleSymbols;
  /** Whether symbols are had without searching. */
  readonly publishesSymbols: boolean;
  /** Whether they are had without searching from now on: published, given by the user, or decoded before. */
  readonly hasSymbols: boolean;
  /** The kernel's log, read at the first use; no scan. */
  readonly log: LogSearch;
  /** The kernel's types where symbols lead to them; parsed at the first use (100 000 types: about 0.1 s); no scan. */
  readonly types: TypeSearch;
  /** The same; where no symbol leads to them memory is scanned, once. @throws Cancelled */
  findTypes(signal: AbortSignal): Promise<TypeSearch>;
  /** Loaded modules, or why they are not known; where no symbol names their list it is searched for among the kernel's variables, once. */
  readonly modules: FoundModules | string;
  /** Types of the loaded modules, read at the first use. @throws Cancelled */
  findModuleTypes(signal: AbortSignal): Promise<ModuleTypeSearch>;
}

const noModuleSymbols: ModuleSymbols = {
  symbols: [],
  source: 'none',
  missing: [{ what: 'symbols of modules', why: 'no symbol names the list of modules' }],
};

/** @param given what a file of the user's tells, taken where the dump tells less */
export function kernelOf(parts: KernelMemoryParts, given?: GivenFacts): Kernel {
  const { vmcoreinfo } = parts;
  const memory = kernelMemory(parts);
  let symbols: SymbolSearch | undefined;
  let moduleSymbols: ModuleSymbols | undefined;
  let log: LogSearch | undefined;
  let types: TypeSearch | undefined;
  let scanned: TypeSearch | undefined;
  let modules: FoundModules | string | undefined;
  let moduleTypes: ModuleTypeSearch | undefined;
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
  /** Symbols that would have to be searched for are not, and a table of functions alone is the lesser one. */
  const ownOrGiven = (facts: GivenFacts): SymbolSearch => {
    const own = vmcoreinfo !== undefined && kallsymsPlaces(vmcoreinfo) !== undefined ? find() : undefined;
    return own?.found === true && own.symbols.lookup('init_task').length > 0 ? own : { found: true, symbols: facts.symbols };
  };
  return {
    vmcoreinfo,
    memory,
    publishesSymbols: given !== undefined || (vmcoreinfo !== undefined && kallsymsPlaces(vmcoreinfo) !== undefined),
    get hasSymbols() {
      return this.publishesSymbols || symbols !== undefined;
    },
    get symbols() {
      return (symbols ??= given === undefined ? find() : ownOrGiven(given));
    },
    get moduleSymbols() {
      if (moduleSymbols !== undefined) return moduleSymbols;
      const lasting = withoutLostPages(memory);
      const found = modulesBySymbol(lasting, this.symbols) ?? modules;
      // A later search may find more.
      if (found === undefined || typeof found === 'string') return noModuleSymbols;
      return (moduleSymbols = readModuleSymbols(lasting, this.types.found ? this.types.types.types : undefined, found.list));
    },
    findModuleSymbols() {
      const found = this.modules;
      return typeof found === 'string' ? { ...noModuleSymbols, missing: [{ what: 'symbols of modules', why: found }] } : this.moduleSymbols;
    },
    get types() {
      if (types !== undefined) return types;
      const own = typesBySymbol(memory, this.symbols, vmcoreinfo);
      return (types = own.found || given === undefined ? own : given.types.found ? given.types : { found: false, why: `${own.why}; ${given.types.why}` });
    },
    async findTypes(signal) {
      if (this.types.found) return this.types;
      return (scanned ??= await scanForTypes(parts.image, parts.memory, memory, vmcoreinfo, signal));
    },
    get modules() {
      if (modules !== undefined) return modules;
      return (modules = modulesBySymbol(withoutLostPages(memory), this.symbols) ?? modulesByShape(memory, vmcoreinfo));
    },
    async findModuleTypes(signal) {
      if (moduleTypes !== undefined) return moduleTypes;
      const search = await this.findTypes(signal);
      const none = (why: string): ModuleTypeSearch => ({ modules: [], missing: [{ what: 'types of modules', why }] });
      if (!search.found) return (moduleTypes = none(search.why));
      const found = this.modules;
      if (typeof found === 'string') return (moduleTypes = none(found));
      const loaded = found.list.modules;
      if (loaded.length === 0) return (moduleTypes = { modules: [], missing: [] });
      const lasting = withoutLostPages(memory);
      const base = search.types.types;
      const symbol = this.symbols.found ? soleAddress(this.symbols.symbols, 'btf_modules') : undefined;
      const head = symbol ?? moduleTypeHead(memory, vmcoreinfo, base, loaded);
      return (moduleTypes =
        head === undefined ? none('no symbol names the list btf_modules, and its shape is not found') : readModuleTypes(lasting, base, head, loaded));
    },
    get log() {
      return (log ??= readKernelLog(memory, vmcoreinfo));
    },
  };
}
