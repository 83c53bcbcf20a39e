/** Rules of `problems` on built memory: from when on each warns, what it says where it cannot read, and that lost structures warn of nothing. */
import { describe, expect, it } from 'vitest';
import { MemoryImage } from '../../../src/samples/memory-image.ts';
import { TaskRows } from '../../../src/analysis/kernel/tasks/task-rows.ts';
import type { AnalysisKernel } from '../../../src/analysis/kernel/analyses/analysis-kernel.ts';
import type { CpuMasks } from '../../../src/analysis/kernel/cpus/cpu-masks.ts';
import { problemFacts, type ProblemFacts } from '../../../src/analysis/kernel/problems/problem-facts.ts';
import type { Problem, ProblemRule } from '../../../src/analysis/kernel/problems/problem-rule.ts';
import { problemRules } from '../../../src/analysis/kernel/problems/rules/index.ts';
import { analyses } from '../../../src/analysis/kernel/analyses/catalogue.ts';
import { symbolTable } from '../../../src/analysis/kernel/symbols/symbol-table.ts';
import type { Hangs, Wait } from '../../../src/analysis/kernel/verdict/hangs/hangs.ts';
import { failed, isFailure, type Failure, type Result } from '../../../src/shared/result.ts';
import { vmcoreinfoOf } from './described-logs.ts';
import { DescribedStructs, describedKernel } from './described-structs.ts';
import { blocked, busy, mutex } from './verdict-evidence.ts';

const types = new DescribedStructs('big', {
  list_head: { next: 'list_head *', prev: 'list_head *' },
  work_struct: { data: 'u64', entry: 'list_head', func: 'u64' },
  worker_pool: { lock: 'u32', cpu: 's32', id: 's32', watchdog_ts: 'u64', worklist: 'list_head' },
  xa_node: { shift: 'u8', offset: 'u8', parent: 'xa_node *', slots: 'void *[64]' },
  xarray: { xa_head: 'void *' },
  idr: { idr_rt: 'xarray', idr_base: 'u32' },
  resource: { start: 'u64', end: 'u64', name: 'char *' },
});
const symbols = {
  avenrun: 0x1000,
  total_forks: 0x1080,
  sysctl_hung_task_timeout_secs: 0x1100,
  jiffies: 0x1200,
  tick_nsec: 0x1208,
  wq_watchdog_thresh: 0x1210,
  tainted_mask: 0x1300,
  elfcorehdr_addr: 0x1400,
  crashk_res: 0x1500,
  cpu_worker_pools: 0x4000,
  worker_pool_idr: 0x4800,
};
const crashName = 0x1600;
const workAt = (number: number): number => 0x6000 + number * 0x100;
const pool = (at: number): number => symbols.cpu_worker_pools + at * types.sizeOf('worker_pool');
const unboundPool = 0x4900;

interface World {
  readonly image: MemoryImage;
  readonly facts: ProblemFacts;
}
interface Given {
  readonly hangs?: Result<Hangs>;
  readonly masks?: Result<CpuMasks>;
  readonly lines?: Readonly<Record<string, number>>;
  readonly log?: readonly (readonly [seconds: number, text: string])[];
  readonly broken?: string;
  readonly hasTypes?: boolean;
  readonly stoppedOffline?: string;
}
const masks: CpuMasks = { possible: [0, 1, 2], present: [0, 1, 2], online: [0, 1], booted: [0, 1, 2] };
const noHangs: Hangs = { blocked: [], busy: [], looked: 3, unfollowed: 0, unseen: [] };

function world({ hangs = { value: noHangs }, masks: given = { value: masks }, lines = {}, log, broken, hasTypes = true, stoppedOffline }: Given = {}): World {
  const image = new MemoryImage(0x1_0000, 'big');
  for (let page = 0; page < 0x1_0000; page += 0x1000) image.u8(page + 0xff0, 1);
  const { objects, memory } = describedKernel(image, { ...(hasTypes ? { types: types.types() } : {}), symbols });
  image.u64(symbols.elfcorehdr_addr, (1n << 64n) - 1n);
  image.u64(symbols.jiffies, 20_000n);
  image.u64(symbols.tick_nsec, 10_000_000n);
  image.text(crashName, 'Crash kernel\0');
  types.put(image, symbols.crashk_res, 'resource', { name: crashName });
  image.u64(symbols.worker_pool_idr, BigInt(unboundPool));
  for (const at of [pool(0), pool(1), unboundPool]) {
    types.put(image, at, 'worker_pool', { cpu: at === unboundPool ? -1 : 0, watchdog_ts: 19_990 });
    const head = at + types.offsetOf('worker_pool', 'worklist');
    types.put(image, head, 'list_head', { next: head, prev: head });
  }
  const kernel = {
    objects,
    memory,
    cpus: [{ number: 0, perCpuOffset: 0n }],
    tasks: { list: { tasks: new TaskRows(), complete: broken === undefined, ...(broken === undefined ? {} : { broken }) }, missing: [] },
    kernel: {
      modules: 'not looked for',
      log:
        log === undefined
          ? failed('the kernel log', '')
          : { value: { records: log.map(([seconds, text]) => ({ text, time: BigInt(Math.round(seconds * 1e9)) })) } },
    },
    why: (need: string) => (need === 'log' && log === undefined ? 'no log' : need === 'modules' ? 'not looked for' : undefined),
  } as unknown as AnalysisKernel;
  const usage = new Map(Object.entries(lines));
  const line: ProblemFacts['line'] = (name, kind) => {
    const value = usage.get(name);
    return value === undefined || (kind === 'positive' && value === 0) ? failed(name, 'not there') : { value };
  };
  return { image, facts: { kernel, hangs, masks: given, stoppedOffline, usage, line } };
}

const ruleOf = (id: string): ProblemRule => {
  const found = problemRules.find((rule) => rule.id === id);
  if (found === undefined) throw new Error(`no rule ${id}`);
  return found;
};
const looked = (id: string, { facts }: World): { readonly problems: readonly Problem[]; readonly missing: readonly Failure[] } => {
  const all = [...ruleOf(id).look(facts)];
  return { problems: all.filter((one): one is Problem => !isFailure(one)), missing: all.filter(isFailure) };
};
const values = (id: string, built: World): readonly string[] => looked(id, built).problems.map(({ value }) => value);

describe('rules of problems', () => {
  it('have ids of their own, thresholds, and analyses that exist', () => {
    expect(new Set(problemRules.map(({ id }) => id)).size).toBe(problemRules.length);
    const known = analyses.map(({ table }) => table.id);
    for (const { threshold, see, id } of problemRules) {
      expect(threshold.length, id).toBeGreaterThan(10);
      if (see !== undefined) expect(known).toContain(see);
    }
  });

  it.each([
    [2 * 2048, []],
    [2 * 2048 + 1, ['2.00, 0.50, 0.25']],
    [9 * 2048, ['9.00, 0.50, 0.25']],
  ])('load %i of 2 CPUs', (load, found) => {
    const built = world();
    for (const [at, value] of [load, 1024, 512].entries()) built.image.u64(symbols.avenrun + at * 8, BigInt(value));
    expect(values('load', built)).toEqual(found);
  });

  it.each([
    ['more tasks than there can be', 0n, 0xffff_ffff_ffff_ffffn],
    ['more tasks than there were ever', 9n, 10n * 2048n],
  ])('an average of %s is none', (_name, forks, load) => {
    const built = world();
    built.image.u64(symbols.avenrun, load).u64(symbols.total_forks, forks);
    expect(looked('load', built)).toMatchObject({ problems: [], missing: [{ missing: { what: 'avenrun' } }] });
  });

  it.each([
    [0n, 121, 1],
    [0n, 120, 0],
    [20n, 21, 1],
    [600n, 599, 0],
  ])('hung tasks at a limit of %i: %i seconds', (limit, seconds, found) => {
    const built = world({
      hangs: { value: { ...noHangs, blocked: [blocked(1, { for: 'io' }, ['schedule', 'weigh'], seconds), blocked(2, { for: 'io' }, ['weigh'], 9999, true)] } },
    });
    built.image.u64(symbols.sysctl_hung_task_timeout_secs, limit);
    expect(values('hung-tasks', built)).toEqual(found === 0 ? [] : ['1 task']);
  });

  it('a task whose age is not known is missing, and not well', () => {
    const { seconds: _unknown, ...ageless } = blocked(1, { for: 'event' }, ['schedule']);
    expect(looked('hung-tasks', world({ hangs: { value: { ...noHangs, blocked: [ageless] } } })).missing[0]?.missing.why).toBe(
      'not known for 1 of 1 in uninterruptible sleep',
    );
  });

  it('a deadlock is one however short; a chain is none', () => {
    const hangs = (owner: number): Given => ({
      hangs: { value: { ...noHangs, blocked: [blocked(1, mutex(0x10, 2), [], 0), blocked(2, mutex(0x20, owner), [], 0)] } },
    });
    expect(values('deadlocks', world(hangs(1)))).toEqual(['2 tasks']);
    expect(values('deadlocks', world(hangs(3)))).toEqual([]);
    expect(looked('deadlocks', world(hangs(3))).missing).toEqual([]);
  });

  it.each([
    ['whose address is not known', { for: 'unknown lock', kind: 'mutex', why: 'it is not in the dump' } as const],
    ['whose owner is not on the list of tasks', { ...mutex(0x10), owner: { task: 0x77n } } as Wait],
    ['that its stack does not show', { for: 'unknown' } as const],
  ])('a circle may go through a lock %s: that is missing', (_, wait: Wait) => {
    const { problems, missing } = looked('deadlocks', world({ hangs: { value: { ...noHangs, blocked: [blocked(1, wait, ['schedule'], 0)] } } }));
    expect(problems).toEqual([]);
    expect(missing.map((one) => one.missing.why)).toEqual(['of 1 of the tasks, such as task 1, who holds what it waits for is not known']);
  });

  it('a CPU stalls from ten seconds on', () => {
    const hangs = { value: { ...noHangs, busy: [busy(0, ['weigh'], { graceSeconds: 9.9 }), busy(1, ['weigh'], { graceSeconds: 10 })] } };
    expect(looked('stalled-cpus', world({ hangs })).problems.map(({ subject }) => subject)).toEqual(['CPU 1']);
  });

  it.each([
    ['nothing waits', 0, 10_000, 0n, 0],
    ['it began lately', 2, 18_000, 0n, 0],
    ['it has stood for long', 2, 10_000, 0n, 1],
    ['the limit is longer', 2, 10_000, 200n, 0],
  ])('work of a pool where %s', (_, works, began, limit, found) => {
    const built = world();
    const { image } = built;
    image.u64(symbols.wq_watchdog_thresh, limit);
    const ring = [
      pool(1) + types.offsetOf('worker_pool', 'worklist'),
      ...Array.from({ length: works }, (_unused, at) => workAt(at) + types.offsetOf('work_struct', 'entry')),
    ];
    for (const [at, link] of ring.entries())
      types.put(image, link, 'list_head', { next: ring[(at + 1) % ring.length] ?? 0, prev: ring[(at + ring.length - 1) % ring.length] ?? 0 });
    types.put(image, pool(1), 'worker_pool', { watchdog_ts: began });
    const { problems, missing } = looked('stuck-work', built);
    expect(missing).toEqual([]);
    expect(problems.map(({ subject, value }) => [subject, value])).toEqual(found === 0 ? [] : [['CPU 0, high priority', '100 s']]);
  });

  it.each([
    [{}, [], 0],
    [{ watchdog_ts: 10_000 }, [['unbound pool 0', '100 s']], 0],
    // What the list of pools leads to is another one.
    [{ watchdog_ts: 10_000, id: 7 }, [], 1],
    [{ watchdog_ts: 10_000, cpu: 0 }, [], 0],
  ])('stuck work of an unbound pool with %o', (values, found, missed) => {
    const built = world();
    const [head, entry] = [unboundPool + types.offsetOf('worker_pool', 'worklist'), workAt(0) + types.offsetOf('work_struct', 'entry')];
    types.put(built.image, head, 'list_head', { next: entry, prev: entry });
    types.put(built.image, entry, 'list_head', { next: head, prev: head });
    types.put(built.image, unboundPool, 'worker_pool', values);
    const { problems, missing } = looked('stuck-work', built);
    expect(problems.map(({ subject, value }) => [subject, value])).toEqual(found);
    expect(missing.length).toBe(missed);
  });

  it('a list of work that leads in a circle ends and says so', () => {
    const built = world();
    const entry = workAt(0) + types.offsetOf('work_struct', 'entry');
    types.put(built.image, pool(0) + types.offsetOf('worker_pool', 'worklist'), 'list_head', { next: entry });
    types.put(built.image, entry, 'list_head', { next: entry, prev: entry });
    expect(looked('stuck-work', built).missing.length).toBeGreaterThan(0);
  });

  it.each([
    ['available-memory', { MemTotal: 1000, MemFree: 10, MemAvailable: 50 }, { MemTotal: 1000, MemFree: 10, MemAvailable: 49 }],
    ['slab-memory', { MemTotal: 1000, MemFree: 10, SUnreclaim: 300 }, { MemTotal: 1000, MemFree: 10, SUnreclaim: 301 }],
    ['shared-memory', { MemTotal: 1000, MemFree: 10, Shmem: 500 }, { MemTotal: 1000, MemFree: 10, Shmem: 501 }],
    ['dirty-memory', { MemAvailable: 1000, MemFree: 10, Dirty: 100, Writeback: 100 }, { MemAvailable: 1000, MemFree: 10, Dirty: 101, Writeback: 100 }],
    ['swap-space', { SwapTotal: 1000, MemFree: 10, SwapFree: 100 }, { SwapTotal: 1000, MemFree: 10, SwapFree: 99 }],
  ])('%s warns from its share on, and not where counters are lost', (id, well, ill) => {
    expect(values(id, world({ lines: well }))).toEqual([]);
    expect(values(id, world({ lines: ill })).length).toBe(1);
    const lost = looked(id, world({ lines: { ...ill, MemFree: 0 } }));
    expect([lost.problems.length, lost.missing.length]).toEqual([0, 1]);
    for (const name of Object.keys(ill)) {
      const { [name]: _gone, ...rest } = ill as Readonly<Record<string, number>>;
      expect(looked(id, world({ lines: rest })), name).toMatchObject({ problems: [], missing: [{ missing: { what: name } }] });
    }
  });

  it('no swap space is not full swap space', () => {
    expect(looked('swap-space', world({ lines: { SwapTotal: 0, SwapFree: 0, MemFree: 10 } }))).toEqual({ problems: [], missing: [] });
  });

  it('taint warns of trouble and not of modules', () => {
    for (const [mask, found] of [
      [0x3001n, []],
      [0x3280n, ['DW']],
    ] as const) {
      const built = world();
      built.image.u64(symbols.tainted_mask, mask);
      expect(values('taint', built)).toEqual(found);
    }
  });

  it('CPUs that were set offline, and not those that never ran', () => {
    expect(values('offline-cpus', world())).toEqual(['1 of 3']);
    expect(values('offline-cpus', world({ masks: { value: { ...masks, booted: [0, 1] } } }))).toEqual([]);
    expect(values('offline-cpus', world({ masks: { value: { ...masks, booted: undefined } } }))).toEqual(['1 of 3']);
    expect(looked('offline-cpus', world({ masks: failed('masks of CPUs', 'lost') })).missing.length).toBe(1);
  });

  it('CPUs that a panic may have taken offline are no problem, and the load is compared with all that may have run', () => {
    const stopped = (load: number, more: Partial<CpuMasks> = {}): World => {
      const built = world({ masks: { value: { ...masks, online: [0], ...more } }, stoppedOffline: 'panic_cpu is 0' });
      built.image.u64(symbols.avenrun, BigInt(load));
      return built;
    };
    expect(looked('offline-cpus', stopped(0))).toMatchObject({ problems: [], missing: [{ missing: { what: 'offline CPUs', why: 'panic_cpu is 0' } }] });
    expect(looked('offline-cpus', stopped(0, { online: [0, 1, 2] }))).toEqual({ problems: [], missing: [] });
    expect(looked('load', stopped(2048))).toEqual({ problems: [], missing: [] });
    expect(looked('load', stopped(2048 * 2))).toMatchObject({ problems: [], missing: [{ missing: { what: 'load' } }] });
    expect(looked('load', stopped(2048 * 2, { booted: [0] })).problems[0]?.text).toContain('on at most 1 CPU.');
    expect(looked('load', stopped(2048 * 4)).problems[0]?.text).toContain('on at most 3 CPUs.');
    expect(looked('load', stopped(2048 * 4, { online: [0, 1, 2] })).problems[0]?.text).toContain('on 3 CPUs.');
  });

  it.each([
    ['x86_64', 3, undefined, /panic_cpu is 3/],
    ['aarch64', 3, undefined, /panic_cpu is 3/],
    ['aarch64', 9999, undefined, /panic_cpu is 9999/],
    ['x86_64', undefined, undefined, /panic_cpu cannot be read/],
    ['x86_64', -1, undefined, undefined],
    ['x86_64', 3, '1700000000', undefined],
    ['s390x', 3, undefined, undefined],
  ] as const)('on %s with panic_cpu %s and CRASHTIME %s CPUs may be offline by it: %s', (arch, panicked, time, expected) => {
    const image = new MemoryImage(0x2000, 'little').u8(0x1ff0, 1);
    if (panicked !== undefined) image.u32(0x1000, panicked >>> 0);
    const { objects, memory } = describedKernel(image, { ...(panicked === undefined ? { absent: [0x1000] } : {}) });
    const at = symbolTable('test', { addresses: BigUint64Array.of(0x1000n, 0x1100n), names: ['Dpanic_cpu', 'Dnext'] });
    const vmcoreinfo = vmcoreinfoOf(time === undefined ? ['PAGESIZE=4096'] : [`CRASHTIME=${time}`]);
    const kernel = {
      objects,
      memory: { ...memory, arch, s32: (address: bigint) => memory.s32(address) },
      symbols: at,
      cpus: [],
      kernel: { vmcoreinfo },
      why: () => 'none',
    };
    const { stoppedOffline } = problemFacts(kernel as unknown as AnalysisKernel, failed('hangs', 'none'));
    if (expected === undefined) expect(stoppedOffline).toBeUndefined();
    else expect(stoppedOffline).toMatch(expected);
  });

  it.each([
    ['none', 0, 0, ['0 bytes']],
    ['little', 0x1000_0000, 0x1000_0000 + 0x200_0000 - 1, ['32 MiB']],
    ['enough', 0x1000_0000, 0x2000_0000 - 1, []],
  ])('memory for kdump: %s', (_, start, end, found) => {
    // A kdump kernel has none, and needs none.
    for (const header of [(1n << 64n) - 1n, 0x1000n]) {
      const built = world();
      types.put(built.image, symbols.crashk_res, 'resource', { start, end });
      built.image.u64(symbols.elfcorehdr_addr, header);
      expect(values('crashkernel', built)).toEqual(header === 0x1000n ? [] : found);
    }
  });

  it('load, taint and memory for kdump need no types', () => {
    const built = world({ hasTypes: false });
    for (const [at, value] of [9 * 2048, 1024, 512].entries()) built.image.u64(symbols.avenrun + at * 8, BigInt(value));
    built.image.u64(symbols.tainted_mask, 0x80n);
    expect([values('load', built), values('taint', built), values('crashkernel', built)]).toEqual([['9.00, 0.50, 0.25'], ['D'], ['0 bytes']]);
    expect(looked('stuck-work', built).missing.length).toBeGreaterThan(0);
    const nameless = world({ hasTypes: false });
    nameless.image.u64(symbols.crashk_res + 16, 0n);
    expect(looked('crashkernel', nameless)).toMatchObject({ problems: [], missing: [{}] });
  });

  it('a broken list is one', () => {
    const broken = 'the link at 0x10 leads to 0x20, which does not point back';
    expect(values('broken-lists', world({ broken }))).toEqual([broken]);
    // What is not in the dump is missing, and no damage.
    expect(looked('broken-lists', world({ broken: 'the link at 0x10 cannot be read: not in the dump' }))).toMatchObject({ problems: [], missing: [{}] });
    expect(values('broken-lists', world())).toEqual([]);
  });

  it('the log is quoted by kinds, and its times may not go back', () => {
    const log = [
      [1, 'WARNING: CPU: 0 PID: 1 at weigh+0x1/0x2'],
      [5, 'INFO: task clerk:7 blocked for more than 20 seconds.'],
      [3.5, 'WARNING: CPU: 1 PID: 1 at weigh+0x1/0x2'],
      [4, 'all is well'],
    ] as const;
    expect(looked('log-reports', world({ log })).problems.map(({ subject, value, evidence }) => [subject, value, evidence])).toEqual([
      ['warning', '2 lines', 'WARNING: CPU: 0 PID: 1 at weigh+0x1/0x2'],
      ['lockup', '1 line', 'INFO: task clerk:7 blocked for more than 20 seconds.'],
    ]);
    expect(values('time-jumps', world({ log }))).toEqual(['1.500 s']);
    expect(values('time-jumps', world({ log: log.slice(0, 2) }))).toEqual([]);
    for (const id of ['log-reports', 'time-jumps']) expect(looked(id, world()).missing[0]?.missing.why).toBe('no log');
  });
});

describe('a structure that is all zero warns of nothing that was not there', () => {
  const ill = (): World => {
    const built = world();
    const { image } = built;
    image.u64(symbols.avenrun, 90_000n);
    image.u64(symbols.tainted_mask, 0x80n);
    const [head, entry] = [pool(0) + types.offsetOf('worker_pool', 'worklist'), workAt(0) + types.offsetOf('work_struct', 'entry')];
    types.put(image, pool(0), 'worker_pool', { watchdog_ts: 10_000 });
    types.put(image, head, 'list_head', { next: entry, prev: entry });
    types.put(image, entry, 'list_head', { next: head, prev: head });
    types.put(image, symbols.crashk_res, 'resource', { start: 0x1000_0000, end: 0x2000_0000 });
    return built;
  };
  const all = (built: World): readonly string[] =>
    problemRules.flatMap(({ id }) => looked(id, built).problems.map(({ subject = '', value }) => `${id} ${subject} ${value}`));

  it.each([
    ['avenrun', symbols.avenrun, 24],
    ['tainted_mask', symbols.tainted_mask, 8],
    ['jiffies', symbols.jiffies, 8],
    ['tick_nsec', symbols.tick_nsec, 8],
    ['crashk_res', symbols.crashk_res, types.sizeOf('resource')],
    ['its name', crashName, 16],
    ['elfcorehdr_addr', symbols.elfcorehdr_addr, 8],
    ['worker_pool', pool(0), types.sizeOf('worker_pool')],
    ['work_struct', workAt(0), types.sizeOf('work_struct')],
  ])('%s', (_, place, bytes) => {
    const whole = all(ill());
    expect(whole.length).toBe(4);
    const damaged = ill();
    for (let at = 0; at < bytes; at += 1) damaged.image.u8(place + at, 0);
    expect(all(damaged).filter((one) => !whole.includes(one))).toEqual([]);
  });
});
