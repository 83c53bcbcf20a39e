/** How a kernel came to its end, as the stacks of its CPUs show: by a panic, an oops, or a PSW restart. */
import type { TraceJson } from '../../../shared/task-model.ts';
import { functionName, panics, restarts } from '../../kernel/stacks/crash-path.ts';

export interface CrashEntry {
  readonly kind: 'panic' | 'oops' | 'restart';
  /** The function that shows it. */
  readonly symbol: string;
  /** CPU by the number of the trace. */
  readonly cpu: number;
}

/** arch/{s390,x86,arm64}/kernel: die() and what ends an oops. */
const oopses = new Set(['die', '__die', 'oops_end', 'die_kernel_fault']);

const kinds = [
  ['panic', panics],
  ['oops', oopses],
  ['restart', restarts],
] as const;

/** Guessed frames may be of an earlier call and count for nothing. @returns undefined when no stack shows any */
export function crashEntry(traces: readonly TraceJson[]): CrashEntry | undefined {
  const called = traces.flatMap(({ cpu, frames }) =>
    cpu === undefined ? [] : frames.filter(({ kind }) => kind !== 'guess').map(({ symbol }) => ({ cpu, symbol: functionName(symbol) })),
  );
  for (const [kind, names] of kinds) {
    const found = called.find(({ symbol }) => names.has(symbol));
    if (found !== undefined) return { kind, ...found };
  }
  return undefined;
}
