/** What each place that names CPUs says whose registers they are, by the methods that the command line and the window call, each on a dump that was just opened. */
import { kernelHandlers } from '../src/analysis/engine/kernel/handlers.ts';
import { machineHandlers } from '../src/analysis/engine/machine/handlers.ts';
import { triageHandlers } from '../src/analysis/engine/triage/handlers.ts';
import type { Session } from '../src/analysis/engine/session/session.ts';
import { cpuNumber, cpuNumbering } from '../src/shared/cpu-registers.ts';
import type { CpuJson } from '../src/shared/cpu-model.ts';

const context = { signal: new AbortController().signal, progress: () => undefined };

/** "1 is CPU 0 by stack": the number that doors take, whose registers they are, and by what. */
type Named = readonly string[];

const named = ({ linuxCpu, identity }: Pick<CpuJson, 'linuxCpu' | 'identity'>, number: number | undefined): string =>
  `${number ?? '?'} is ${linuxCpu === undefined ? 'no CPU known' : `CPU ${linuxCpu}`} by ${identity?.by ?? 'nothing'}: ${identity?.detail ?? ''}${(identity?.contradicted ?? []).join()}`;

const ofList = (cpus: readonly CpuJson[]): Named => cpus.map((cpu) => named(cpu, cpuNumber(cpu, cpuNumbering(cpus))));

/** @param open gives the dump as if nobody had asked about it before */
export async function cpuPlaces(open: () => Session): Promise<{
  readonly places: Readonly<Record<'cpus' | 'triage' | 'backtrace' | 'cpus after tasks', Named>>;
  readonly running: readonly string[];
  readonly traced: readonly string[];
  /** Names of lowcores among the regions, asked for first, and after the CPUs. */
  readonly lowcores: readonly [Named, Named];
}> {
  const dump = { dump: 'd1' };
  const { traces } = await kernelHandlers(open).backtrace(dump, context);
  const all = open();
  const { tasks } = await kernelHandlers(() => all).tasks(dump, context);
  const { cpus: afterTasks, numbering } = await machineHandlers(() => all).cpus(dump, context);
  const running = tasks.flatMap(({ runsOn, address }) => (runsOn === undefined ? [] : [`${runsOn} runs ${address}`])).sort();
  // A list of tasks is of one system.
  const traced = traces
    .flatMap(({ cpu, task, system }) => (task === undefined || cpu === undefined || system !== undefined ? [] : [`${cpu} runs ${task.address}`]))
    .sort();
  const places = {
    cpus: ofList((await machineHandlers(open).cpus(dump, context)).cpus),
    triage: ofList((await triageHandlers(open, open).triage(dump, context)).cpus),
    backtrace: traces.map((trace) => named(trace, trace.cpu)),
    'cpus after tasks': afterTasks.map((cpu) => named(cpu, cpuNumber(cpu, numbering))),
  };
  const lowcoresOf = async (session: () => Session): Promise<Named> =>
    (await machineHandlers(session).regions(dump, context)).regions.flatMap(({ kind, name, start }) => (kind === 'lowcore' ? [`${name} at ${start}`] : []));
  return { places, running, traced, lowcores: [await lowcoresOf(open), await lowcoresOf(() => all)] };
}
