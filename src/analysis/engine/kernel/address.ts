/** `address`: what an address is, by everything that the kernel keeps books of. */
import type { AddressFact, AddressJson } from '../../../shared/address-model.ts';
import { cpuName, cpuNumbering } from '../../../shared/cpu-registers.ts';
import { defined } from '../../../shared/defined.ts';
import { DumpError } from '../../../shared/dump-error.ts';
import { schemaVersion, type AddressSpace } from '../../../shared/model.ts';
import { isFailure } from '../../../shared/result.ts';
import type { SymbolExpression } from '../../../shared/symbol-expression.ts';
import { hex } from '../../../shared/units.ts';
import { realToAbsolute } from '../../arch/s390x/prefixing.ts';
import { createPace } from '../../jobs/pace.ts';
import { MissingFacts } from '../../kernel/analyses/analysis-cells.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import type { KernelObjects } from '../../kernel/object/kernel-objects.ts';
import { kernelObjects } from '../../kernel/object/kernel-objects.ts';
import { machineCpus } from '../machine/machine-cpus.ts';
import { selectPrefix } from '../session/select-cpu.ts';
import type { Session } from '../session/session.ts';
import { allNames, namesOf, symbolText, type NameSearch } from './kernel-names.ts';
import { kernelTasks } from './kernel-tasks.ts';
import { kernelAlias } from './kernel-alias.ts';
import { knownTasks, unsearched } from './known-tasks.ts';
import { symbolAddress } from './symbol-address.ts';
import type { KernelTasks } from './find-tasks.ts';
import { isOwnLowcore, looks, type Question } from './address-facts.ts';
import { lookForCpus } from './look-for-cpus.ts';

export interface AddressRequest {
  readonly place: { readonly space: AddressSpace; readonly address: bigint; readonly cpu?: number | undefined } | SymbolExpression;
  /** By what is known by now or lies where pointers lead, among the oldest and newest few thousand tasks: nothing is searched for. */
  readonly quick?: boolean | undefined;
}

/** Things of one kind that a quick answer looks at: areas of vmalloc, tasks. */
const mostQuickly = 1 << 16;

const noSymbols = (kernel: Kernel): string => (!kernel.hasSymbols ? unsearched : !isFailure(kernel.symbols) ? '' : kernel.symbols.missing.why);

/** The kernel's objects as its tasks were read with. */
function objectsOf({ kernel, memory, symbols, names, types, noTypes }: KernelTasks): KernelObjects {
  const symbolAt = (address: bigint): string | undefined => {
    const found = names?.at(address);
    return found === undefined ? undefined : symbolText(found);
  };
  const space = { types: types?.types, noTypes, vmcoreinfo: kernel.vmcoreinfo, pointerBytes: memory.pointerBytes, memory, symbolAt };
  return kernelObjects({ space, symbols, noSymbols: noSymbols(kernel) });
}

/** Names by what is known of the kernel by now. @throws Cancelled */
async function knownNames({ knownKernel: kernel }: Session, signal: AbortSignal): Promise<NameSearch> {
  if (!kernel.hasSymbols) return { why: unsearched };
  await kernel.ready(['symbols', 'allModuleSymbols', 'modules'], signal);
  return namesOf(kernel);
}

/**
 * @throws DumpError absent for a CPU or a symbol that the dump does not have, and for a real address where its prefix is not known; RequestError
 * for a name of several symbols; Cancelled
 */
export async function describeAddress(session: Session, { place, quick }: AddressRequest, signal: AbortSignal): Promise<AddressJson> {
  if (quick !== true) await lookForCpus(session, signal);
  const search = await (quick === true ? knownNames : allNames)(session, signal);
  const names = 'why' in search ? undefined : search;
  const { space, address, cpu } = 'name' in place ? ({ space: 'virtual', address: addressOfSymbol(session, search, place), cpu: undefined } as const) : place;
  const { cpus } = machineCpus(session);
  const numbering = cpuNumbering(cpus);
  const tasks = await (quick === true ? knownTasks : kernelTasks)(session, signal);
  const absolute = isOwnLowcore(session, space === 'virtual' ? address : undefined)
    ? undefined
    : space === 'virtual'
      ? tasks.kernel.memory.translate(address)
      : space === 'absolute'
        ? address
        : space === 'real'
          ? realToAbsolute(address, selectPrefix(session, cpu ?? 0))
          : undefined;
  const alias = space === 'virtual' || absolute === undefined ? undefined : kernelAlias(tasks, names, absolute);
  // Where virtual addresses are real ones, the first are each CPU's own lowcore.
  const mapped = isOwnLowcore(session, alias) ? undefined : alias;
  const virtual = space === 'virtual' ? address : mapped;
  const all = { ...tasks, names };
  const question: Question = {
    session,
    tasks: all,
    objects: objectsOf(all),
    names,
    virtual,
    absolute,
    nameOf: (number) => cpuName({ id: number, ...(numbering === 'linuxCpu' ? { linuxCpu: number } : {}) }, numbering),
  };
  const pace = createPace(signal);
  const facts: AddressFact[] = [];
  // An area of vmalloc that cannot be read may be one of a million.
  const missing = new MissingFacts();
  if ('why' in search) missing.add({ what: 'symbols', why: search.why });
  for (const { of, look } of looks) {
    let left = quick === true ? mostQuickly : Number.POSITIVE_INFINITY;
    for (const fact of look(question)) {
      await pace.breathe(() => undefined);
      if (left === 0) {
        missing.add({ what: of, why: `there are more than ${mostQuickly}: the others were not looked at` });
        break;
      }
      left -= 1;
      if (fact === undefined) continue;
      if (isFailure(fact)) missing.add(fact.missing);
      else facts.push(fact);
    }
  }
  return {
    schema: schemaVersion,
    space,
    address: hex(address),
    ...defined({ cpu, mapped: mapped === undefined ? undefined : hex(mapped) }),
    numbering,
    facts,
    missing: [...missing.all],
  };
}

/** @throws DumpError absent, RequestError */
function addressOfSymbol({ path }: Session, search: NameSearch, symbol: SymbolExpression): bigint {
  const found = 'why' in search ? undefined : symbolAddress(search, symbol);
  if (found === undefined) throw new DumpError('absent', { file: path }, 'why' in search ? `symbols: ${search.why}` : `no symbol is named ${symbol.name}`);
  return found;
}
