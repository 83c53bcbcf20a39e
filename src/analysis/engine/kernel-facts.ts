/** Modules and what the kernel says of itself, with sources. */
import { schemaVersion } from '../../shared/model.ts';
import { confirm, fact, type Fact } from '../../shared/fact.ts';
import type { KernelFactsJson, Missing, ModulesJson } from '../../shared/task-model.ts';
import { hex } from '../../shared/units.ts';
import {
  dumpDevice,
  hardwareName,
  loggedCommandLine,
  loggedEnvironment,
  panicCpu,
  parameterAreaCommandLine,
  reiplDevice,
  savedCommandLine,
  shutdownActions,
  taintMask,
  type SourcedText,
} from '../kernel/kernel-facts.ts';
import { withoutLostPages } from '../kernel/lost-pages.ts';
import { moduleDetails, type ModuleDetails } from '../kernel/module-details.ts';
import { findModuleList, listModules } from '../kernel/modules.ts';
import { taintFlags } from '../kernel/taint.ts';
import { readUtsName } from '../kernel/uts-name.ts';
import { vmcoreinfoHex } from '../kernel/vmcoreinfo.ts';
import { soleAddress } from '../kernel/vm-statistics.ts';
import { kernelState, type KernelState } from './kernel-tasks.ts';
import type { Session } from './session.ts';
import { describeDump } from './summary.ts';

const imageSearchStart = 0xffffn;

/** The head of the list of modules, by symbol or by its shape. */
function moduleList({ kernel, memory, symbols }: KernelState): { readonly head: bigint; readonly source: string } | string {
  const symbol = symbols === undefined ? undefined : soleAddress(symbols, 'modules');
  if (symbol !== undefined) return { head: symbol, source: 'symbol modules' };
  const text = vmcoreinfoHex(kernel.vmcoreinfo, 'SYMBOL(_stext)');
  if (text === undefined) return 'no symbol names the list, and vmcoreinfo does not say where the kernel image lies';
  const head = findModuleList(memory, text & ~imageSearchStart);
  if (head === undefined)
    return 'no symbol names the list of modules, and no single list of modules begins in the kernel image; it looks the same when none is loaded';
  return { head, source: `list head at ${hex(head)}, found by its shape` };
}

/** @throws Cancelled */
export async function describeModules(session: Session, signal: AbortSignal): Promise<ModulesJson> {
  const state = await kernelState(session, signal);
  const { memory } = state;
  const types = state.types?.types;
  const list = moduleList(state);
  if (typeof list === 'string') return { schema: schemaVersion, modules: [], complete: false, missing: [{ what: 'modules', why: list }] };
  const { modules, complete, broken } = listModules(memory, list.head);
  const missing: Missing[] = types === undefined ? [{ what: 'sizes, users and taint of modules', why: `types are needed: ${state.noTypes}` }] : [];
  if (broken !== undefined) missing.push({ what: 'modules behind the break', why: broken });
  return {
    schema: schemaVersion,
    modules: modules.map((module) => {
      const { base, ...details }: ModuleDetails = types === undefined ? {} : moduleDetails(types, memory, module.address);
      return { address: hex(module.address), name: module.name, state: module.state, ...details, ...(base === undefined ? {} : { base: hex(base) }) };
    }),
    complete,
    source: list.source,
    missing,
  };
}

const single = ({ value, source }: SourcedText): Fact<string> => fact(value, source);

/** The first of several places that say the same thing. Places that differ are no contradiction: some of them hold a part, or what came before. */
function agreed(all: readonly (SourcedText | undefined)[]): Fact<string> | undefined {
  const [first, ...others] = all.filter((one) => one !== undefined);
  return first === undefined
    ? undefined
    : others.filter(({ value }) => value === first.value).reduce<Fact<string>>((sum, one) => confirm(sum, single(one)), single(first));
}

/** @throws Cancelled */
export async function describeKernelFacts(session: Session, signal: AbortSignal): Promise<KernelFactsJson> {
  const kernel = await session.findKernel(signal);
  const memory = withoutLostPages(kernel.memory);
  const search = kernel.symbols;
  const missing: Missing[] = [];
  const info = describeDump(session);
  const uts = kernel.vmcoreinfo === undefined ? undefined : readUtsName(memory.arch, kernel.vmcoreinfo, session.memory);
  const named = (key: 'release' | 'version' | 'nodename'): Partial<Record<typeof key, Fact<string>>> => {
    const value = info.kernel[key];
    const { source = 'dump', trust = 'unverifiable' } = info.provenance?.[`/kernel/${key}`] ?? {};
    if (value !== undefined) return { [key]: fact(value, source, trust) };
    return uts === undefined ? {} : { [key]: fact(uts[key], `utsname at absolute ${hex(uts.address)}`) };
  };
  const symbols = search.found ? search.symbols : undefined;
  const fromSymbols = symbols === undefined ? undefined : savedCommandLine(memory, symbols);
  const { log } = kernel;
  const commandLine = agreed([fromSymbols, memory.arch === 's390x' ? parameterAreaCommandLine(session.memory) : undefined, loggedCommandLine(log)]);
  const hardware = symbols === undefined ? undefined : hardwareName(memory, symbols);
  const taint = symbols === undefined ? undefined : taintMask(memory, symbols);
  const panicked = symbols === undefined ? undefined : panicCpu(memory, symbols);
  const isZ = memory.arch === 's390x';
  const actions = symbols === undefined || !isZ ? [] : shutdownActions(memory, symbols);
  const dump = symbols === undefined || !isZ ? undefined : dumpDevice(memory, symbols);
  const environment = isZ ? loggedEnvironment(log) : undefined;
  const reipl = symbols === undefined || !isZ ? undefined : reiplDevice(memory, symbols);
  const why = search.found ? 'no variable of that name is in the symbol table: a kernel without CONFIG_KALLSYMS_ALL names functions only' : search.why;
  const absent: readonly (readonly [string, unknown])[] = [
    ['command line', commandLine],
    ['hardware name', hardware],
    ['taint', taint],
    ...(isZ
      ? ([
          ['shutdown actions (on_panic and others)', actions[0]],
          ['dump and re-IPL devices', dump ?? reipl],
        ] as const)
      : []),
  ];
  for (const [what, value] of absent) if (value === undefined) missing.push({ what, why });
  return {
    schema: schemaVersion,
    ...named('release'),
    ...named('version'),
    ...named('nodename'),
    ...(commandLine === undefined ? {} : { commandLine }),
    ...(hardware === undefined ? {} : { hardware: single(hardware) }),
    ...(environment === undefined ? {} : { environment: single(environment) }),
    ...(taint === undefined ? {} : { taint: { value: hex(taint.value), flags: [...taintFlags(taint.value)], source: taint.source, trust: 'unverifiable' } }),
    ...(panicked === undefined ? {} : { panicCpu: { value: panicked, source: 'panic_cpu', trust: 'unverifiable' } }),
    ...(actions.length === 0 ? {} : { shutdownActions: [...actions] }),
    ...(dump === undefined ? {} : { dumpDevice: single(dump) }),
    ...(reipl === undefined ? {} : { reiplDevice: single(reipl) }),
    missing,
  };
}
