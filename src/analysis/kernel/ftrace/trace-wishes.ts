/** What of a trace is asked for: parameters of the analyses of ftrace. */
import { failed, isFailure, type Failure } from '../../../shared/result.ts';
import type { AnalysisKernel } from '../analyses/analysis-kernel.ts';
import { optional, type ParameterValues } from '../analyses/analysis.ts';
import { unknownCpu, unknownValue } from '../analyses/unknown-value.ts';
import { traceInstances, type TraceInstance } from './trace-instances.ts';
import { functionName, type IsWanted, type TraceSource } from './trace-lines.ts';

export const wishParameters = {
  instance: optional('text', 'only this instance: "global" is the top-level one'),
  cpu: optional('cpu', 'only events of this Linux CPU'),
  pid: optional('pid', 'only events of this task'),
  event: optional('text', 'only events of this kind: "sched_switch"'),
  function: optional('text', 'only events about a function that has this in its name'),
  from: optional('duration', "only events of this time or later, in seconds of the trace's clock: 51.25"),
  to: optional('duration', 'only events before this time'),
} as const;

export interface TraceWishes {
  readonly isWanted: IsWanted;
  /** CPUs whose buffers are read; all unless given. */
  readonly cpus: ReadonlySet<number> | undefined;
}

/** Seconds as the clock counts them; a clock of another unit is asked for in its own. */
function stampOf(text: string, instance: TraceInstance): bigint | undefined {
  const match = /^(\d{1,19})(?:\.(\d{1,9}))?$/.exec(text.trim());
  if (match?.[1] === undefined) return undefined;
  if (instance.clock?.isNanoseconds === false) return match[2] === undefined ? BigInt(match[1]) : undefined;
  return BigInt(match[1]) * 1_000_000_000n + BigInt((match[2] ?? '').padEnd(9, '0'));
}

/**
 * Instances that are asked for; where there are none, why.
 * @param name all unless given
 */
export function* wishedInstances(kernel: AnalysisKernel, name: string | undefined): Generator<TraceInstance | Failure, void> {
  const names: string[] = [];
  for (const one of traceInstances(kernel.objects, kernel.symbols)) {
    if (isFailure(one)) yield one;
    else {
      names.push(one.name);
      if (name !== undefined && name !== one.name) continue;
      yield one;
      for (const unread of one.unread) yield unread;
    }
  }
  if (name !== undefined && names.length > 0 && !names.includes(name))
    yield failed(`instance ${name}`, `ftrace has no such instance; it has ${names.join(', ')}`);
}

/** CPUs and kinds of events that are asked for and that this kernel does not have. */
export function* unknownWishes({ cpu, event }: ParameterValues<typeof wishParameters>, { kernel, formats }: TraceSource): Generator<Failure, void> {
  const unknown = [cpu === undefined ? undefined : unknownCpu(kernel, cpu), event === undefined ? undefined : unknownValue('event', event, formats.names())];
  for (const one of unknown) if (one !== undefined) yield one;
}

/** @returns a failure for a time that the clock of the instance does not have */
export function traceWishes(wanted: ParameterValues<typeof wishParameters>, kernel: AnalysisKernel, instance: TraceInstance): TraceWishes | Failure {
  const bounds: { from?: bigint; to?: bigint } = {};
  for (const name of ['from', 'to'] as const) {
    const text = wanted[name];
    if (text === undefined) continue;
    const stamp = stampOf(text, instance);
    if (stamp === undefined)
      return failed(
        `events ${name} "${text}"`,
        `the clock ${instance.clock?.name ?? ''} of ${instance.name} has a unit of its own: a whole number of its units is expected`,
      );
    bounds[name] = stamp;
  }
  return {
    cpus: wanted.cpu === undefined ? undefined : new Set([wanted.cpu]),
    isWanted: ({ event, function: at }) =>
      (wanted.pid === undefined || event.pid === wanted.pid) &&
      (wanted.event === undefined || event.format.name === wanted.event) &&
      (bounds.from === undefined || event.stamp >= bounds.from) &&
      (bounds.to === undefined || event.stamp < bounds.to) &&
      (wanted.function === undefined || (at !== undefined && functionName(kernel, BigInt.asUintN(64, at + instance.textDelta)).includes(wanted.function))),
  };
}
