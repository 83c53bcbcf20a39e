/** `kernelFacts`: what the kernel reports about itself, with sources. */
import { defined } from '../../../shared/defined.ts';
import { schemaVersion } from '../../../shared/model.ts';
import { confirm, fact, type Fact } from '../../../shared/fact.ts';
import type { Missing } from '../../../shared/result.ts';
import type { KernelFactsJson } from '../../../shared/task-model.ts';
import { hex } from '../../../shared/units.ts';
import { architectures } from '../../arch/index.ts';
import {
  dumpDevice,
  hardwareName,
  loggedCommandLine,
  loggedEnvironment,
  readPanicCpu,
  parameterAreaCommandLine,
  reiplDevice,
  savedCommandLine,
  shutdownActions,
  taintMask,
  type SourcedText,
} from '../../kernel/facts/kernel-facts.ts';
import { withoutLostPages } from '../../kernel/memory/lost-pages.ts';
import { taintFlags } from '../../kernel/facts/taint.ts';
import { readUtsName } from '../../kernel/vmcoreinfo/uts-name.ts';
import type { Session } from '../session/session.ts';
import { describeDump } from '../triage/info.ts';
import { isFailure, valueOf } from '../../../shared/result.ts';

const single = ({ value, source }: SourcedText): Fact<string> => fact(value, source);

/** The first of several places that say the same thing. Places that differ are not contradiction: some of them hold a part, or what came before. */
function agreed(all: readonly (SourcedText | undefined)[]): Fact<string> | undefined {
  const [first, ...others] = all.filter((one) => one !== undefined);
  return first === undefined
    ? undefined
    : others.filter(({ value }) => value === first.value).reduce<Fact<string>>((sum, one) => confirm(sum, single(one)), single(first));
}

/** @throws Cancelled */
export async function describeKernelFacts(session: Session, signal: AbortSignal): Promise<KernelFactsJson> {
  const kernel = await session.findKernel(signal);
  await kernel.ready(['symbols', 'log'], signal);
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
  const symbols = valueOf(search);
  const fromSymbols = symbols === undefined ? undefined : savedCommandLine(memory, symbols);
  const { log } = kernel;
  const { features } = architectures[memory.arch];
  const commandLine = agreed([fromSymbols, features.has('lowcore') ? parameterAreaCommandLine(session.memory) : undefined, loggedCommandLine(log)]);
  const hardware = symbols === undefined ? undefined : hardwareName(memory, symbols);
  const taint = symbols === undefined ? undefined : taintMask(memory, symbols);
  const panicked = symbols === undefined ? undefined : readPanicCpu(memory, symbols);
  const isZ = features.has('os-info');
  const actions = symbols === undefined || !isZ ? [] : shutdownActions(memory, symbols);
  const dump = symbols === undefined || !isZ ? undefined : dumpDevice(memory, symbols);
  const environment = isZ ? loggedEnvironment(log) : undefined;
  const reipl = symbols === undefined || !isZ ? undefined : reiplDevice(memory, symbols);
  const why = !isFailure(search)
    ? 'no variable of that name is in the symbol table: a kernel without CONFIG_KALLSYMS_ALL names functions only'
    : search.missing.why;
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
  if (panicked?.kind === 'impossible') missing.push({ what: 'panic_cpu', why: `its value is ${panicked.value}, which is not a CPU of this kernel` });
  for (const [what, value] of absent) if (value === undefined) missing.push({ what, why });
  return {
    schema: schemaVersion,
    ...named('release'),
    ...named('version'),
    ...named('nodename'),
    ...defined({ commandLine }),
    ...(hardware === undefined ? {} : { hardware: single(hardware) }),
    ...(environment === undefined ? {} : { environment: single(environment) }),
    ...(taint === undefined ? {} : { taint: { value: hex(taint.value), flags: [...taintFlags(taint.value)], source: taint.source, trust: 'unverifiable' } }),
    ...(panicked?.kind !== 'cpu' ? {} : { panicCpu: { value: panicked.value, source: 'panic_cpu', trust: 'unverifiable' } }),
    ...(actions.length === 0 ? {} : { shutdownActions: [...actions] }),
    ...(dump === undefined ? {} : { dumpDevice: single(dump) }),
    ...(reipl === undefined ? {} : { reiplDevice: single(reipl) }),
    missing,
  };
}
