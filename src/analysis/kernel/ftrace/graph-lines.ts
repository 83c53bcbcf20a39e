/**
 * Lines of the tracer function_graph (kernel/trace/trace_functions_graph.c, 6.1 and 6.12): braces, indentation, durations with their marks, and the change of tasks
 * on a CPU. What a line shows is up to the options of the tracer.
 */
import { fieldNamed, type TraceEvent } from './trace-events.ts';

/** Options as they are where nobody changed them. */
export const usualGraphOptions: ReadonlySet<string> = new Set([
  'funcgraph-cpu',
  'funcgraph-overhead',
  'funcgraph-duration',
  'funcgraph-irqs',
  'sleep-time',
  'graph-time',
]);

export interface GraphSource {
  readonly options: ReadonlySet<string>;
  /** Digits of the highest CPU number. */
  readonly cpuWidth: number;
  /** "name [module]", or the address. */
  readonly functionAt: (address: bigint) => string;
  /** Code that interrupts enter by, from __irqentry_text_start to __irqentry_text_end. */
  readonly isInterruptEntry: (address: bigint) => boolean;
}

export interface GraphLine {
  /** Indentation, function, braces. */
  readonly body: string;
  readonly function: bigint;
  readonly depth: number;
  /** Nanoseconds. */
  readonly duration: bigint | undefined;
  /** Arrows of an interrupt in lines of their own. */
  readonly before: string | undefined;
  readonly after: string | undefined;
}

const indent = 2;
/** FTRACE_RETFUNC_DEPTH: of deeper calls it is not kept which function they entered. */
const mostKept = 50;
/** Stacks of returns have fewer entries (include/linux/ftrace.h, kernel/trace/fgraph.c). */
const mostDepth = 4096;

const marks = [
  [1_000_000_000n, '$'],
  [100_000_000n, '@'],
  [10_000_000n, '*'],
  [1_000_000n, '#'],
  [100_000n, '!'],
  [10_000n, '+'],
] as const;

/** "  2.774 us    |  " with a mark for long ones; the column without a duration. */
export function durationColumn(duration: bigint | undefined, options: ReadonlySet<string>): string {
  if (!options.has('funcgraph-duration')) return '';
  if (duration === undefined) return '              |  ';
  const mark = options.has('funcgraph-overhead') ? (marks.find(([least]) => duration > least)?.[1] ?? ' ') : ' ';
  const micros = String(duration / 1000n);
  const nanos = String(duration % 1000n).padStart(3, '0');
  // Seven digits at most, of which some are of the fraction.
  const text = micros.length < 7 ? `${micros}.${nanos.slice(0, Math.max(0, Math.min(4, 7 - micros.length)))}` : micros;
  return `${mark} ${text} us ${' '.repeat(Math.max(0, 8 - text.length))}|  `;
}

/** A task in the line of a change of tasks: "   init-87    ", in 14 columns where it fits. */
export function taskColumn(comm: string, pid: number): string {
  const text = `${comm.slice(0, 7)}-${pid}`;
  const spaces = Math.max(0, 14 - text.length);
  return ' '.repeat(Math.floor(spaces / 2)) + text + ' '.repeat(spaces - Math.floor(spaces / 2));
}

/** The value that a function returned, as the option funcgraph-retval shows it. */
function returned(value: bigint, isHexadecimal: boolean): string {
  const low = BigInt.asUintN(64, value);
  const signed = (low & 0x8000_0000n) !== 0n && low >> 32n === 0n ? BigInt.asIntN(32, low) : BigInt.asIntN(64, low);
  return !isHexadecimal && signed < 0n && signed >= -4095n ? String(signed) : `0x${low.toString(16)}`;
}

interface CpuState {
  depth: number;
  interrupt: number;
  readonly entered: Map<number, bigint>;
}

export class GraphLines {
  private readonly source: GraphSource;
  private readonly states = new Map<number, CpuState>();

  constructor(source: GraphSource) {
    this.source = source;
  }

  private stateOf(cpu: number): CpuState {
    const known = this.states.get(cpu);
    if (known !== undefined) return known;
    const made: CpuState = { depth: 0, interrupt: -1, entered: new Map() };
    this.states.set(cpu, made);
    return made;
  }

  /** Spaces before what another event says within a function. */
  commentIndent(cpu: number): string {
    const { depth } = this.stateOf(cpu);
    return depth > 0 ? ' '.repeat((depth + 1) * indent) : '';
  }

  /** Whether a line is left out because the option funcgraph-irqs is off. */
  private isHidden(state: CpuState, enters: bigint | undefined, depth: number): boolean {
    if (this.source.options.has('funcgraph-irqs')) return false;
    if (enters !== undefined) {
      if (state.interrupt >= 0) return true;
      if (!this.source.isInterruptEntry(enters)) return false;
      state.interrupt = depth;
      return true;
    }
    if (state.interrupt === -1) return false;
    if (state.interrupt >= depth) state.interrupt = -1;
    return true;
  }

  /** @returns why it is none of the kernel's; undefined for a line that is not shown */
  line(event: TraceEvent, isEntry: boolean): GraphLine | string | undefined {
    const { options, functionAt, isInterruptEntry } = this.source;
    const [at, level] = [fieldNamed(event, 'func'), fieldNamed(event, 'depth')];
    if (at === undefined || level === undefined) return 'its format has no function or no depth, or it is too short for them';
    const depth = Number(level);
    if (depth < 0 || depth > mostDepth) return `it has a depth of ${depth}`;
    const state = this.stateOf(event.cpu);
    const end = isEntry ? event.leafReturn : event;
    const times = end === undefined ? [] : [fieldNamed(end, 'calltime'), fieldNamed(end, 'rettime')];
    const [from, to] = times;
    if (end !== undefined && (from === undefined || to === undefined)) return 'its format has no times, or it is too short for them';
    if (this.isHidden(state, isEntry ? at : undefined, depth)) {
      // The return of a hidden call is a line of its own for the kernel, and hidden too.
      if (isEntry && end !== undefined) this.isHidden(state, undefined, depth);
      return undefined;
    }
    const duration = from === undefined || to === undefined ? undefined : BigInt.asUintN(64, to - from);
    const value = end === undefined || !options.has('funcgraph-retval') ? undefined : fieldNamed(end, 'retval');
    const result = value === undefined ? undefined : returned(value, options.has('funcgraph-retval-hex'));
    const space = ' '.repeat(depth * indent);
    const name = functionAt(at);
    const isEntered = isInterruptEntry(at);
    const line = { function: at, depth, duration };
    if (!isEntry) {
      const isMatched = depth >= mostKept || state.entered.get(depth) === at;
      state.depth = depth - 1;
      state.entered.delete(depth);
      const says = result === undefined ? (isMatched && !options.has('funcgraph-tail') ? '' : ` /* ${name} */`) : ` /* ${name} = ${result} */`;
      return { ...line, body: `${space}}${says}`, before: undefined, after: isEntered ? '<==========' : undefined };
    }
    const before = isEntered ? '==========>' : undefined;
    if (end !== undefined) {
      state.depth = depth - 1;
      state.entered.delete(depth);
      return { ...line, body: `${space}${name}();${result === undefined ? '' : ` /* = ${result} */`}`, before, after: isEntered ? '<==========' : undefined };
    }
    state.depth = depth;
    if (depth < mostKept) state.entered.set(depth, at);
    return { ...line, body: `${space}${name}() {`, before, after: undefined };
  }
}
