/**
 * Backtraces of every crash dump that is here against what the kernel and drgn said of the same stacks (truth.json of each case): the task that the log
 * reports, and the tasks that were blocked. What the kernel's own trace leaves out (callers that only r14 names) is stated by name.
 */
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { describeBacktrace } from '../../../src/analysis/engine/kernel/backtrace.ts';
import { functionName } from '../../../src/analysis/kernel/stacks/crash-path.ts';
import type { TraceJson } from '../../../src/shared/task-model.ts';
import { crashDumps, crashOracle, haveDump } from '../../dumps.ts';
import { withSession } from '../oracle-suite.ts';

const never = new AbortController().signal;
const truthSchema = v.object({
  class: v.string(),
  /** The first line of die(): only there the log's trace is of the moment of the end. */
  oops: v.optional(v.nullable(v.string())),
  reported_task: v.optional(v.nullable(v.object({ cpu: v.number(), pid: v.number(), comm: v.string() }))),
  log_trace: v.optional(v.array(v.string()), []),
  tasks_D: v.array(v.object({ pid: v.number(), comm: v.string(), stack: v.optional(v.array(v.string()), []) })),
});

const cases = crashDumps.flatMap((entry) => {
  const text = crashOracle(entry.name, 'truth.json');
  // Two systems have their truths in texts of their own.
  return text === undefined || crashOracle(entry.name, 'dmesg-kdump.txt') !== undefined ? [] : [{ entry, truth: v.parse(truthSchema, JSON.parse(text)) }];
});

/** Names without what compilers append, each once where it comes several times in a row. */
const plain = (names: readonly string[]): readonly string[] => names.map((name) => name.replace(/\..*$/, '')).filter((name, at, all) => name !== all[at - 1]);
const namesOf = ({ frames }: TraceJson): readonly string[] => plain(frames.map(({ symbol }) => functionName(symbol)));

/** Those that do not come in this order within the others. */
function missingIn(wanted: readonly string[], all: readonly string[]): readonly string[] {
  let from = 0;
  return wanted.filter((name) => {
    const at = all.indexOf(name, from);
    if (at !== -1) from = at + 1;
    return at === -1;
  });
}

/**
 * The kernel looks return addresses up as they are: behind a call that ends a function it names the next one; its first entry is that of a BUG's
 * PSW, which may point behind the function too.
 */
const misnamed = new Set(['smp_handle_ext_call', 'order_audit_thread']);
/** Below a switch of stacks the frame that was left is passed over, as crash does: what its slot holds may be of an earlier call. */
const atSwitch = new Set(['do_ext_irq', 'do_account_vtime']);
const reported = cases.flatMap(({ entry, truth }) =>
  (truth.oops ?? undefined) === undefined || !truth.reported_task || truth.log_trace.length === 0
    ? []
    : [{ name: entry.name, entry, cpu: truth.reported_task.cpu, log: plain(truth.log_trace).filter((one) => !misnamed.has(one) && !atSwitch.has(one)) }],
);
const blocked = cases.filter(({ truth }) => truth.tasks_D.some(({ stack }) => stack.length > 0)).map((one) => ({ ...one, name: one.entry.name }));

const traceOfCpu = (entry: (typeof crashDumps)[number], cpu: number): Promise<readonly TraceJson[]> =>
  withSession(entry, async (session) => (await describeBacktrace(session, { cpu }, never)).traces);

describe.skipIf(reported.length === 0)('the trace of the task that the log reports', () => {
  it.each(reported)('of $name has every frame of the log', async ({ entry, cpu, log }) => {
    const [trace] = await traceOfCpu(entry, cpu);
    const ours = trace === undefined ? [] : namesOf(trace);
    expect(missingIn(log, ours)).toEqual([]);
    expect(['entered-from-user', 'complete']).toContain(trace?.end);
    // Each of them counts: without it the log has one that is missing.
    for (const [at, name] of log.entries())
      if (log.indexOf(name) === log.lastIndexOf(name))
        expect(
          missingIn(
            log,
            ours.filter((one) => one !== name),
          ),
          `${at} ${name}`,
        ).not.toEqual([]);
  });
});

describe.skipIf(blocked.length === 0)('traces of blocked tasks', () => {
  it.each(blocked)('of $name are those of drgn without what was inlined', async ({ entry, truth }) => {
    await withSession(entry, async (session) => {
      for (const { pid, stack, comm } of truth.tasks_D) {
        const [trace] = (await describeBacktrace(session, { pid }, never)).traces;
        const ours = trace === undefined ? [] : namesOf(trace);
        expect(missingIn(ours, plain(stack)), `${comm} (${pid})`).toEqual([]);
        expect(ours.length, comm).toBeGreaterThan(3);
      }
    });
  });
});

describe('callers that the kernel does not name', () => {
  it.each([
    ['c-badcall-uaf.kdump', 0, ['', 'order_dispatch', 'order_finish', 'order_ctl_write']],
    ['c-null-kthread.kdump', 1, ['order_update_totals', 'order_process_line', 'order_worker']],
    ['c-stack-overflow.kdump', 1, ['kernel_stack_overflow', 'recursive_loop', 'lkdtm_EXHAUST_STACK', 'lkdtm_do_action']],
    ['c-bug-process.kdump', 0, ['order_check_invariant', 'order_ctl_write', 'proc_reg_write']],
    ['c-spinlock.kdump', 1, ['order_recount', 'order_stats_thread', 'kthread']],
  ] as const)('are in the traces of %s', async (name, _, expected) => {
    const entry = crashDumps.find((one) => one.name === name);
    if (entry === undefined || !haveDump(name)) return;
    const traces = await withSession(entry, async (session) => (await describeBacktrace(session, {}, never)).traces);
    const found = traces.map((trace) => namesOf(trace).join(' '));
    expect(
      found.some((text) => ` ${text} `.includes(` ${expected.join(' ')} `)),
      found.join('\n'),
    ).toBe(true);
  });
});
