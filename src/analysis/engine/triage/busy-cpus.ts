/** CPUs that were at work in kernel code: of a system that hangs without a panic, the first thing to look at. */
import type { CrashPlaceJson } from '../../../shared/triage-model.ts';
import type { FrameJson, TraceJson } from '../../../shared/task-model.ts';
import type { Finding } from '../../../shared/model.ts';
import { functionName, idlesIn, stopsCpu } from '../../kernel/stacks/crash-path.ts';

/** CPUs that are named; of more, the number. */
const most = 4;
const callers = 2;

/** "in f, called by g, h" of frames with names. */
export function placeText(frames: readonly Pick<FrameJson, 'symbol'>[], named = callers): string {
  const names = frames.slice(0, named + 1).map(({ symbol }) => functionName(symbol));
  const unknown = names.indexOf('');
  const [first, ...rest] = unknown === -1 ? names : names.slice(0, unknown);
  if (first === undefined) return '';
  return ` in ${first}${rest.length === 0 ? '' : `, called by ${rest.join(', ')}`}`;
}

/** Frames of a CPU from where it was at work on, without those of the code that stopped it. */
export function atWork({ frames, crashFrames }: TraceJson): readonly FrameJson[] {
  if (crashFrames !== undefined) return frames.slice(crashFrames);
  // Stopped at the first instruction of an interruption: at work was what it interrupted.
  if (frames[0]?.kind === 'running' && frames[1]?.kind === 'interrupted') return frames.slice(1);
  return frames[0]?.kind !== 'running' || stopsCpu(functionName(frames[0].symbol)) ? [] : frames;
}

const isIdle = ({ task }: TraceJson): boolean => task === undefined || task.pid === 0 || task.comm.startsWith('swapper/');

/** A CPU whose registers are those of one that idles, with another task than its idle one: either is of another CPU, or was overwritten. */
const isContradicted = (trace: TraceJson): boolean =>
  trace.frames[0]?.kind === 'running' && !isIdle(trace) && idlesIn(trace.frames.map(({ symbol }) => functionName(symbol)));

const taskText = ({ task }: TraceJson): string => `${task?.comm ?? ''}${task?.pid === undefined ? '' : ` (pid ${task.pid})`}`;

/** What is said of such CPUs: nothing is told of where they were at work. @param name as for `busySentence` */
export function idleContradictions(traces: readonly TraceJson[], name: (cpu: number) => string): readonly Finding[] {
  return traces.flatMap((trace): Finding[] => {
    if (trace.cpu === undefined || !isContradicted(trace)) return [];
    const detail = `the registers of ${name(trace.cpu)} are those of an idle CPU, in ${functionName(trace.frames[0]?.symbol)}, but by the kernel's data it ran ${taskText(trace)}: which of the two is right is not known`;
    return [
      { id: 'cross-cpu-count/idle', severity: 'warning', title: 'The registers of a CPU are those of an idle one, but its task is not the idle task', detail },
    ];
  });
}

/**
 * @param name a CPU's name by its number in the traces
 * @param total CPUs of the dump
 * @returns undefined when every CPU was idle, in user space, or at a place without a name
 */
export function busySentence(traces: readonly TraceJson[], name: (cpu: number) => string, total: number): string | undefined {
  const busy = traces.flatMap((trace) => {
    const { cpu, task } = trace;
    const where = placeText(atWork(trace));
    if (cpu === undefined || task === undefined || isIdle(trace) || isContradicted(trace) || where === '') return [];
    return [`${name(cpu)} was running ${taskText(trace)}${where}`];
  });
  if (busy.length === 0) return undefined;
  const more = busy.length > most ? `; and ${busy.length - most} more` : '';
  const all = busy.length === total && total > 1 ? `${total === 2 ? 'Both' : `All ${total}`} CPUs were busy in kernel code: ` : 'Busy in kernel code: ';
  return `${all}${busy.slice(0, most).join('; ')}${more}.`;
}

/** Where a CPU was before the code that every crash runs through took it; undefined when it was not taken, or nothing below has a name. */
export function placeBefore({ frames, crashFrames }: TraceJson, cpu: number): CrashPlaceJson | undefined {
  const frame = crashFrames === undefined ? undefined : frames[crashFrames];
  if (frame?.symbol === undefined) return undefined;
  return { cpu, symbol: frame.symbol, address: frame.address, through: frames.slice(0, crashFrames).map(({ symbol, address }) => symbol ?? address) };
}
