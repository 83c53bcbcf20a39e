/** What a dump says about its kernel, each part looked for once and only when asked for. */
import { scanForTypes, typesBySymbol, typesInImage, type KernelTypes, type TypeSearch } from './btf/find-types.ts';
import type { GivenFacts } from './given/given-facts.ts';
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
import { finish, paced, type Steps } from '../jobs/steps.ts';
import { failed, isFailure, type Result, valueOf } from '../../shared/result.ts';

/** What is read of a kernel as a whole, and takes its time. */
export type KernelPart = 'symbols' | 'types' | 'modules' | 'moduleSymbols' | 'allModuleSymbols' | 'log';

export interface Kernel {
  readonly vmcoreinfo: Vmcoreinfo | undefined;
  readonly memory: KernelMemory;
  /**
   * Reads what is asked for after this, giving way to others; what was not read before is read at once where it is asked for.
   * @throws Cancelled
   */
  ready(wanted: readonly KernelPart[], signal: AbortSignal): Promise<void>;
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
  /** Those that are known by now, by a symbol or by a scan; where symbols are had without searching, they lead to them. */
  readonly knownTypes: KernelTypes | undefined;
  /** The same; where no symbol leads to them the kernel's image is looked through, once. @throws Cancelled */
  lookForTypes(signal: AbortSignal): Promise<KernelTypes | undefined>;
  /** The same; where they are not in the image either all of memory is scanned, once. @throws Cancelled */
  findTypes(signal: AbortSignal): Promise<TypeSearch>;
  /** Loaded modules, or why they are not known; where no symbol names their list it is searched for among the kernel's variables, once. */
  readonly modules: Result<FoundModules>;
  /** Types of the loaded modules, read at the first use. @throws Cancelled */
  findModuleTypes(signal: AbortSignal): Promise<ModuleTypeSearch>;
}

const noModuleSymbols: ModuleSymbols = {
  symbols: [],
  source: 'none',
  missing: [{ what: 'symbols of modules', why: 'no symbol names the list of modules' }],
};

/**
 * @param given what a file of the user's tells, taken where the dump tells less
 * @param givenLog a log from a file of the user's, where memory's cannot be read
 */
export function kernelOf(parts: KernelMemoryParts, given?: GivenFacts, givenLog?: LogSearch): Kernel {
  const { vmcoreinfo, image } = parts;
  const memory = kernelMemory(parts);
  let symbols: SymbolSearch | undefined;
  let moduleSymbols: ModuleSymbols | undefined;
  let log: LogSearch | undefined;
  let types: TypeSearch | undefined;
  let inImage: TypeSearch | undefined;
  let scanned: TypeSearch | undefined;
  let modules: Result<FoundModules> | undefined;
  let moduleTypes: ModuleTypeSearch | undefined;
  function* find(): Steps<SymbolSearch> {
    if (vmcoreinfo === undefined) return failed('symbols', image.encrypted ?? 'no vmcoreinfo is known, which would give the addresses of the tables');
    const stext = vmcoreinfoHex(vmcoreinfo, 'SYMBOL(_stext)');
    const places = kallsymsPlaces(vmcoreinfo);
    if (places !== undefined) return yield* readKallsyms(memory, places, stext);
    if (stext === undefined) return failed('symbols', 'vmcoreinfo names neither the tables nor _stext');
    for (const candidate of searchKallsyms(memory, stext)) {
      if (candidate === undefined) {
        yield;
        continue;
      }
      const found = yield* readKallsyms(memory, candidate, stext);
      if (!isFailure(found)) return found;
    }
    return failed('symbols', 'vmcoreinfo does not give the addresses of the tables (kernels before 6.0), and no pattern of them was found after _stext');
  }
  /** Symbols that would have to be searched for are not, and a table of functions alone is the lesser one. */
  function* ownOrGiven(facts: GivenFacts): Steps<SymbolSearch> {
    const own = vmcoreinfo !== undefined && kallsymsPlaces(vmcoreinfo) !== undefined ? yield* find() : undefined;
    return own !== undefined && !isFailure(own) && own.value.lookup('init_task').length > 0 ? own : { value: facts.symbols };
  }
  function* symbolSteps(): Steps<SymbolSearch> {
    return (symbols ??= given === undefined ? yield* find() : yield* ownOrGiven(given));
  }
  function* typeSteps(): Steps<TypeSearch> {
    if (types !== undefined) return types;
    const own = yield* typesBySymbol(memory, yield* symbolSteps(), vmcoreinfo);
    if (!isFailure(own) || given === undefined) return (types = own);
    return (types = isFailure(given.types) ? failed('BTF', `${own.missing.why}; ${given.types.missing.why}`) : given.types);
  }
  function* moduleSteps(): Steps<Result<FoundModules>> {
    if (modules !== undefined) return modules;
    const named = yield* modulesBySymbol(withoutLostPages(memory), yield* symbolSteps());
    return (modules = named === undefined ? yield* modulesByShape(memory, vmcoreinfo) : { value: named });
  }
  function* moduleSymbolSteps(): Steps<ModuleSymbols> {
    if (moduleSymbols !== undefined) return moduleSymbols;
    const lasting = withoutLostPages(memory);
    const found = (yield* modulesBySymbol(lasting, yield* symbolSteps())) ?? valueOf(modules);
    // A later search may find more.
    if (found === undefined) return noModuleSymbols;
    const known = yield* typeSteps();
    return (moduleSymbols = yield* readModuleSymbols(lasting, !isFailure(known) ? known.value.types : undefined, found.list));
  }
  function* logSteps(): Steps<LogSearch> {
    if (image.encrypted !== undefined) return (log ??= givenLog ?? failed('the kernel log', image.encrypted));
    return (log ??= givenLog ?? (yield* readKernelLog(memory, vmcoreinfo)));
  }
  function* allModuleSymbols(): Steps<ModuleSymbols> {
    const found = yield* moduleSteps();
    if (isFailure(found)) return { ...noModuleSymbols, missing: [{ what: 'symbols of modules', why: found.missing.why }] };
    return yield* moduleSymbolSteps();
  }
  const work: Readonly<Record<KernelPart, () => Steps<unknown>>> = {
    symbols: symbolSteps,
    types: typeSteps,
    modules: moduleSteps,
    moduleSymbols: moduleSymbolSteps,
    allModuleSymbols,
    log: logSteps,
  };
  return {
    vmcoreinfo,
    memory,
    publishesSymbols: given !== undefined || (vmcoreinfo !== undefined && kallsymsPlaces(vmcoreinfo) !== undefined),
    get hasSymbols() {
      return this.publishesSymbols || symbols !== undefined;
    },
    async ready(wanted, signal) {
      for (const part of wanted) await paced(work[part](), signal);
    },
    get symbols() {
      return finish(symbolSteps());
    },
    get moduleSymbols() {
      return finish(moduleSymbolSteps());
    },
    findModuleSymbols: () => finish(allModuleSymbols()),
    get types() {
      return finish(typeSteps());
    },
    get knownTypes() {
      const led = this.hasSymbols ? finish(typeSteps()) : types;
      if (led !== undefined && !isFailure(led)) return led.value;
      return valueOf(scanned);
    },
    async lookForTypes(signal) {
      const known = await paced(typeSteps(), signal);
      if (!isFailure(known)) return known.value;
      inImage ??= await paced(typesInImage(memory, vmcoreinfo), signal);
      if (!isFailure(inImage)) scanned ??= inImage;
      return valueOf(scanned);
    },
    async findTypes(signal) {
      const known = await paced(typeSteps(), signal);
      if (!isFailure(known)) return known;
      await this.lookForTypes(signal);
      if (scanned !== undefined) return scanned;
      const found = await scanForTypes(parts.image, parts.memory, memory, vmcoreinfo, signal);
      // The user named a file for its types: why those were not taken comes before what memory lacks.
      if (!isFailure(found) || given === undefined || !isFailure(given.types)) return (scanned = found);
      return (scanned = failed('BTF', `${given.types.missing.why}; ${found.missing.why}`));
    },
    get modules() {
      return finish(moduleSteps());
    },
    async findModuleTypes(signal) {
      if (moduleTypes !== undefined) return moduleTypes;
      const search = await this.findTypes(signal);
      const none = (why: string): ModuleTypeSearch => ({ modules: [], lacking: [], none: why });
      if (isFailure(search)) return (moduleTypes = none(search.missing.why));
      const found = await paced(moduleSteps(), signal);
      if (isFailure(found)) return (moduleTypes = none(found.missing.why));
      const loaded = found.value.list.modules;
      if (loaded.length === 0) return (moduleTypes = { modules: [], lacking: [] });
      const lasting = withoutLostPages(memory);
      const base = search.value.types;
      const own = await paced(symbolSteps(), signal);
      const head =
        (!isFailure(own) ? soleAddress(own.value, 'btf_modules') : undefined) ?? (await paced(moduleTypeHead(memory, vmcoreinfo, base, loaded), signal));
      return (moduleTypes =
        head === undefined
          ? none('no symbol names the list btf_modules, and its shape is not found')
          : await paced(readModuleTypes(lasting, base, head, loaded), signal));
    },
    get log() {
      return finish(logSteps());
    },
  };
}
