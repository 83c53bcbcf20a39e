/** Letters for the state that an event was written in (trace_print_lat_fmt(), kernel/trace/trace_output.c, 6.1 and 6.12). */
import { isFailure } from '../../../shared/result.ts';
import type { KernelObjects } from '../object/kernel-objects.ts';
import type { TraceEvent } from './trace-events.ts';

/** "d.h1.": interrupts and softirqs off, need to reschedule, in an interrupt, depths of disabled preemption and migration. */
export function stateLetters(objects: KernelObjects): (event: Pick<TraceEvent, 'flags' | 'preemptCount'>) => string {
  const bit = (name: string): number => {
    const found = objects.constant('trace_flag_type', `TRACE_FLAG_${name}`);
    return isFailure(found) ? 0 : Number(found.value);
  };
  const bits = {
    irqsOff: bit('IRQS_OFF'),
    noSupport: bit('IRQS_NOSUPPORT'),
    resched: bit('NEED_RESCHED'),
    hardIrq: bit('HARDIRQ'),
    softIrq: bit('SOFTIRQ'),
    preempt: bit('PREEMPT_RESCHED'),
    nmi: bit('NMI'),
    bhOff: bit('BH_OFF'),
  };
  return ({ flags, preemptCount }) => {
    const has = (mask: number): boolean => (flags & mask) !== 0;
    const off = has(bits.irqsOff) ? (has(bits.bhOff) ? 'D' : 'd') : has(bits.bhOff) ? 'b' : has(bits.noSupport) ? 'X' : '.';
    const resched = has(bits.resched) ? (has(bits.preempt) ? 'N' : 'n') : has(bits.preempt) ? 'p' : '.';
    const context = has(bits.nmi) ? (has(bits.hardIrq) ? 'Z' : 'z') : has(bits.hardIrq) ? (has(bits.softIrq) ? 'H' : 'h') : has(bits.softIrq) ? 's' : '.';
    const digit = (value: number): string => (value === 0 ? '.' : value.toString(16));
    return `${off}${resched}${context}${digit(preemptCount & 0xf)}${digit(preemptCount >> 4)}`;
  };
}
