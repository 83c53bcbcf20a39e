/**
 * Backtraces of every crash dump that is here against what the kernel and drgn said of the same stacks: the task that the log reports and the tasks that
 * were blocked (truth.json of each case), then every stack, address by address (drgn.txt). What the kernel's own trace leaves out (callers that only
 * r14 names) is stated by name.
 */
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { describeBacktrace } from '../../../src/analysis/engine/kernel/backtrace.ts';
import { functionName } from '../../../src/analysis/kernel/stacks/crash-path.ts';
import type { TraceJson } from '../../../src/shared/task-model.ts';
import { crashDumps, crashOracle, haveDump, orNone } from '../../dumps.ts';
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
 * The kernel looks return addresses up as they are: after a call that ends a function it names the next one; its first entry is that of a BUG's
 * PSW, which may point past the function too.
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

interface StatedStack {
  readonly pid: number;
  readonly addresses: readonly string[];
}

/** "stack of PID COMM STATE", then a line for each frame; inlined functions are one frame with the one that they are inlined in. */
function drgnStacks(text: string): readonly StatedStack[] {
  const heads = [...text.matchAll(/^stack of (\d+) .*$/gm)];
  return heads.map((head, index) => {
    const part = text.slice(head.index, heads[index + 1]?.index ?? text.length);
    const all = [...part.matchAll(/^ +#\d+ at (0x[0-9a-f]+|0)\b/gm)].map(([, address = '']) => address);
    return { pid: Number(head[1]), addresses: once(all) };
  });
}

/** Each address once where it comes several times in a row: inlined functions, and recursion with them. */
const once = (addresses: readonly string[]): readonly string[] => addresses.filter((address, at) => address !== addresses[at - 1]);

/** Addresses that are no frames: the end of a chain, the user's, and what lies in the slot of a frame that nothing was called from. */
const noFrame = (address: string, { user }: TraceJson): boolean => BigInt(address) < 0x1000n || address === user?.address;
const monitorCallBytes = 4n;

/**
 * What is said here and there of one stack, without what is known to differ: callers that only a link register names are not in drgn's; the PSW of
 * a BUG points past its instruction there.
 */
function compared(trace: TraceJson, stated: readonly string[]): { readonly mine: readonly string[]; readonly theirs: readonly string[] } {
  const theirs = stated.filter((address) => !noFrame(address, trace));
  const frames = trace.frames.filter(({ kind, address }) => kind !== 'link' || theirs.includes(address));
  const mine = frames.map(({ kind, address }) => {
    const behind = `0x${(BigInt(address) + monitorCallBytes).toString(16)}`;
    return kind === 'interrupted' && !theirs.includes(address) && theirs.includes(behind) ? behind : address;
  });
  return { mine: once(mine), theirs };
}

function stackDifference(trace: TraceJson | undefined, { pid, addresses }: StatedStack): string | undefined {
  if (trace === undefined) return `${pid}: no such task`;
  const { mine, theirs } = compared(trace, addresses);
  const begins = theirs.every((address, at) => mine[at] === address);
  // drgn goes through no change of stacks, and not beyond registers that it has not (those of dumps from outside).
  const stacks = new Set(trace.frames.flatMap(({ stack }) => stack ?? []));
  if (begins && (mine.length === theirs.length || stacks.size > 1 || theirs.length === 0)) return undefined;
  // A kernel thread of 6.1 begins with registers whose PSW is that of its first function.
  const isThread = trace.detail.endsWith('the first frame of a kernel thread');
  if (isThread && theirs.length === mine.length + 1 && mine.every((address, at) => theirs[at] === address)) return undefined;
  return `${pid}: ${mine.join(' ')}\n stated ${theirs.join(' ')}`;
}

const views = [
  ['drgn.txt', 'all'],
  ['drgn-prod.txt', 'prod'],
  ['drgn-kdump.txt', 'kdump'],
] as const;
const everyStack = crashDumps.flatMap((entry) =>
  views.flatMap(([file, view]) => {
    const stated = drgnStacks(crashOracle(entry.name, file) ?? '');
    return stated.length === 0 ? [] : [{ name: entry.name, entry, view, stated }];
  }),
);

describe.skipIf(everyStack.length === 0)('every stack', () => {
  it.each(everyStack)('of $name in view $view is that of drgn', async ({ entry, view, stated }) => {
    const { traces } = await withSession(entry, (session) => describeBacktrace(view === 'all' ? session : session.inView(view), { all: true }, never));
    const traceOf = (pid: number): TraceJson | undefined => traces.find(({ task }) => task?.pid === pid);
    // A zombie may have given its stack back, with what is left in it.
    const judged = stated.filter(({ pid }) => traceOf(pid)?.detail.startsWith('the task no longer has a kernel stack') !== true);
    expect(judged.length).toBeGreaterThan(30);
    expect(stated.length - judged.length).toBeLessThan(3);
    expect(judged.flatMap((one) => stackDifference(traceOf(one.pid), one) ?? [])).toEqual([]);
    const ends = traces.filter(({ task }) => judged.some(({ pid }) => pid === task?.pid)).map(({ end }) => end);
    expect(ends.filter((end) => end !== 'complete' && end !== 'entered-from-user')).toEqual([]);
    // A frame that is missing is noticed.
    const altered = judged.filter(({ addresses }) => addresses.length > 4);
    const without = altered.filter((one) => {
      const trace = traceOf(one.pid);
      return trace !== undefined && stackDifference({ ...trace, frames: trace.frames.toSpliced(1, 1) }, one) === undefined;
    });
    expect(without.length).toBeLessThan(2);
  });
});

const twoSystems = crashDumps.filter(({ name }) => name === 'c-kdump-hung.s390');

describe.skipIf(twoSystems.length === 0)('the CPU of the system that crashed first', () => {
  it.each(orNone(twoSystems))('has its chain in the view of both systems: $name', async (entry) => {
    const { traces } = await withSession(entry, (session) => describeBacktrace(session, {}, never));
    const first = traces.filter(({ system }) => system === 'prod');
    expect(first.length).toBeGreaterThan(0);
    expect(first.map(({ end }) => end).filter((end) => end !== 'complete' && end !== 'entered-from-user')).toEqual([]);
    expect(first.map((trace) => namesOf(trace).join(' ')).join('\n')).toContain('order_check_invariant order_ctl_write proc_reg_write');
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
