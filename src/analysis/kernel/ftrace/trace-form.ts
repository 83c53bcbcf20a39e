/** The form that lines of an instance have by its tracer and its options, and where it is not known to be the kernel's. */
import { failed, isFailure, type Failure } from '../../../shared/result.ts';
import type { KernelObjects } from '../object/kernel-objects.ts';
import { usualGraphOptions } from './graph-lines.ts';
import type { TraceInstance } from './trace-instances.ts';

/** Options as a kernel starts with them, for one whose types do not tell. */
const usualOptions: ReadonlySet<string> = new Set(['PRINT_PARENT', 'PRINTK', 'ANNOTATE', 'CONTEXT_INFO', 'IRQ_INFO']);

export const lineOptions = ({ options }: TraceInstance): ReadonlySet<string> => options ?? usualOptions;
export const isGraph = ({ tracer }: TraceInstance): boolean => tracer === 'function_graph';
export const graphOptions = (instance: TraceInstance): ReadonlySet<string> => (isGraph(instance) ? instance.tracerOptions : undefined) ?? usualGraphOptions;

/** Forms that are not made here. */
const otherForms = ['RAW', 'HEX', 'BIN', 'FIELDS', 'VERBOSE', 'LATENCY_FMT', 'SYM_OFFSET', 'SYM_ADDR', 'PRINTK_MSGONLY'] as const;
/** Tracers whose lines have the usual form, or that of function_graph. Others have code of their own for them. */
const knownTracers: ReadonlySet<string> = new Set(['nop', 'function', 'function_graph']);
const knownGraphOptions: ReadonlySet<string> = new Set([
  ...usualGraphOptions,
  'funcgraph-proc',
  'funcgraph-abstime',
  'funcgraph-tail',
  'funcgraph-retval',
  'funcgraph-retval-hex',
]);

/** Why lines may look otherwise than the kernel would print them: they are in the usual form instead. */
export function* formDoubts(instance: TraceInstance, objects: KernelObjects): Generator<Failure, void> {
  const { name, tracer, options, tracerOptions } = instance;
  const doubt = (why: string): Failure => failed(`the form of the lines of ${name}`, `${why}: they are in the usual form`);
  if (tracer !== undefined && !knownTracers.has(tracer)) yield doubt(`the tracer ${tracer} has one of its own`);
  if (options === undefined) yield doubt('the types do not show which options are on');
  for (const form of otherForms) if (options?.has(form) === true) yield doubt(`the option ${form.toLowerCase()} is on`);
  if (isGraph(instance)) {
    if (tracerOptions === undefined) yield doubt('the options of function_graph cannot be read');
    for (const one of tracerOptions ?? []) if (!knownGraphOptions.has(one)) yield doubt(`the option ${one} is on`);
  } else if (lineOptions(instance).has('IRQ_INFO')) {
    const [bottomHalves, lazy] = (['BH_OFF', 'NEED_RESCHED_LAZY'] as const).map((flag) => objects.constant('trace_flag_type', `TRACE_FLAG_${flag}`));
    // Of 6.1 to 6.12; before, there were fewer letters, and since 6.13 there are others.
    if (bottomHalves === undefined || isFailure(bottomHalves) || lazy === undefined || !isFailure(lazy))
      yield doubt('the flags for the state in which an event was written differ from those of 6.1 to 6.12');
  }
}
