/**
 * What triage says of the end of each crash dump, against what truly happened there (truth.txt of the dump): sentences that must be there, and sentences
 * that nothing in the dump supports. The rules are those of docs/conclusions.md.
 */
import { describe, expect, it } from 'vitest';
import { triage } from '../../src/analysis/engine/triage/triage.ts';
import type { MemoryView } from '../../src/shared/model.ts';
import { crashDumps, crashOracle, dumpEntries, type DumpEntry } from '../dumps.ts';
import { withSession } from './oracle-suite.ts';

const never = new AbortController().signal;

const running = /The kernel had not panicked when it was dumped: .*panic_cpu is unset.*system_state is running/;
const panicked = /The kernel panicked at \S+: it recorded CRASHTIME on its way into kdump\./;
const neverOfHangs = [/No crash is recorded/, /the system was running/, /The kernel panicked/, /did not take over/, /\(pid 0\)/];
const neverOfKdump = [/No crash is recorded/, /did not take over/, /was running when/, /not known/, /Busy in kernel code|Both CPUs/];
const neverOfStopped = [/No crash is recorded/, /did not take over/, /CRASHTIME/, /was running when/];

interface Said {
  readonly must: readonly RegExp[];
  readonly never: readonly RegExp[];
  /** The answer to "did kdump start?". */
  readonly started: boolean;
  readonly view?: MemoryView;
}

const hang = (...must: readonly RegExp[]): Said => ({ must: [running, ...must], never: neverOfHangs, started: false });
const kdump = (...must: readonly RegExp[]): Said => ({ must: [panicked, ...must], never: neverOfKdump, started: true });
const stopped = (...must: readonly RegExp[]): Said => ({
  must: [/stopped itself in a disabled wait at 0x[0-9a-f]+, as the kernel does at the end of a panic\./, ...must],
  never: neverOfStopped,
  started: false,
});

const bug = /Kernel BUG at order_check_invariant\+/;
const pointer = /Unable to handle kernel pointer dereference/;
const expected: Readonly<Record<string, readonly Said[]>> = {
  'c-abba-mutex': [hang(/^INFO: task order-\S+ blocked for more than 40 seconds/)],
  'c-badcall-stale': [stopped(/^Kernel panic - not syncing: Fatal exception in interrupt/, pointer)],
  'c-badcall-uaf': [kdump(pointer, /running order-done/)],
  'c-bug-process': [kdump(bug, /running order-check/)],
  'c-bug-softirq': [kdump(/Kernel BUG at order_expire_lines/)],
  'c-cpu-offline': [kdump(bug, /running order-check/)],
  'c-early-noroot': [stopped(/^Kernel panic - not syncing: VFS: Unable to mount root fs/)],
  'c-io-stall': [hang(/^INFO: task jbd2\/vdb-8:75 blocked for more than 40 seconds/)],
  'c-k61-abba': [kdump(/hung_task: blocked tasks/, /INFO: task order-post/)],
  'c-k61-null': [kdump(pointer, /running orderd\/main \(pid \d+\) in order_update_totals/)],
  'c-kdump-hung': [
    { ...kdump(bug, /running order-cli/), view: 'prod' },
    { must: [/^No crash is recorded: /, /\(system_state\)/], never: [/The kernel panicked/, /did not take over/], started: false, view: 'kdump' },
  ],
  'c-list-corrupt': [kdump(/list_del corruption/, /running order-purge/)],
  'c-null-kthread': [kdump(pointer, /running orderd\/main \(pid \d+\) in order_update_totals/)],
  'c-oom-memcg': [kdump(/compulsory panic_on_oom/, /dd invoked oom-killer/)],
  'c-oom-slab': [kdump(/system-wide panic_on_oom/, /order-session invoked oom-killer/)],
  'c-oom-tmpfs': [kdump(/system-wide panic_on_oom/, /late invoked oom-killer/)],
  'c-rcu-stall': [hang(/rcu_sched self-detected stall/, /Busy in kernel code: CPU 1 was running order-rebuild \(pid \d+\) in order_/)],
  'c-rwsem': [hang(/^INFO: task order-reindex:\d+ blocked/)],
  'c-slab-redzone': [kdump(/^Kernel panic - not syncing: sysrq triggered crash .*sysrq: Trigger a crash; also in the log.*BUG kmalloc-96/)],
  'c-spinlock': [hang(/self-detected stall/, /CPU 1 was running order-stats \(pid \d+\) in order_recount.*CPU 2 was running order-report/)],
  'c-stack-overflow': [kdump(/Kernel stack overflow/, /running lkdtm-run/)],
  'c-trace-graph': [kdump(bug, /running order-check/)],
  // An oops that went straight into kdump: no panic line was ever printed.
  'c-x86-null': [
    {
      must: [
        /^BUG: kernel NULL pointer dereference, address: 0000000000000048 /,
        /The kernel was on its way into kdump at \S+: it recorded CRASHTIME\. The kernel log has no panic line\./,
        /was running orderd\/main \(pid \d+\) in order_update_totals/,
      ],
      never: [/panicked/, /No crash is recorded/, /did not take over/, /was running when/],
      started: true,
    },
  ],
};

const cases = crashDumps.flatMap((entry) => {
  const said = expected[entry.name.replace(/\.(kdump|s390|elf)$/, '')] ?? [];
  return said.map((one) => ({ name: entry.name, view: one.view ?? ('all' as const), entry, said: one }));
});

/** "said" where a sentence is missing or unsupported, with the pattern. */
const faults = (reason: string, { must, never: unsupported }: Said): readonly string[] => [
  ...must.filter((pattern) => !pattern.test(reason)).map((pattern) => `missing: ${pattern.source}`),
  ...unsupported.filter((pattern) => pattern.test(reason)).map((pattern) => `unsupported: ${pattern.source}`),
];

describe('what triage concludes of crash dumps', () => {
  it.each(crashDumps.map(({ name }) => name))('%s has its sentences listed here', (name) => {
    expect(crashOracle(name, 'truth.txt')).toBeDefined();
    expect(Object.keys(expected)).toContain(name.replace(/\.(kdump|s390|elf)$/, ''));
  });

  it.each(cases)('$name ($view)', async ({ entry, view, said }) => {
    const { reason = '', panicKdump } = await withSession(entry, (session) => triage(session.inView(view), never));
    expect(faults(reason, said), reason).toEqual([]);
    expect(panicKdump?.outcome).toBe(said.started ? 'started' : undefined);
  });
});

/** Guests that ran when they were dumped, and sysrq crashes with and without kdump: what was done to each is in its name. */
const moments: readonly (readonly [RegExp, Said])[] = [
  [
    /-s[12]-.*qemu\.(elf|s390)$|-x1-qemu\.elf$/,
    { must: [/^No crash is recorded: .*panic_cpu is unset.*\(system_state\)/], never: [/panicked/], started: false },
  ],
  // Its kernel does not publish its symbols' places.
  [
    /^o-a64-a1-qemu\.elf$/,
    { must: [/^No crash is recorded: .*whether the system was running is not known: panic_cpu/], never: [/panicked|was running when/], started: false },
  ],
  // Opened without the first part of its set, which holds the log.
  [
    /-kdump-split-2$/,
    {
      must: [/What sent it there is not known: the stacks of its CPUs could not be followed\. The kernel log could not be read: .*split set/],
      never: [/panicked|No crash is recorded|did not take over/],
      started: false,
    },
  ],
  [/-(s3|x1)-.*(kdump|elf-d31|vmcore\.elf|zgetdump)/, kdump(/^Kernel panic - not syncing: sysrq triggered crash/)],
  [/-s5-qemu/, stopped(/^Kernel panic - not syncing: sysrq triggered crash/)],
];

const others = dumpEntries
  .filter(({ how }) => how !== 'derived')
  .flatMap((entry): { name: string; entry: DumpEntry; said: Said }[] => {
    const said = moments.find(([pattern]) => pattern.test(entry.name))?.[1];
    return said === undefined ? [] : [{ name: entry.name, entry, said }];
  });

describe.skipIf(others.length === 0)('what triage concludes of other dumps', () => {
  if (others.length === 0) it('needs the real dumps', () => undefined);
  it.each(others)('$name', async ({ entry, said }) => {
    const { reason = '', panicKdump } = await withSession(entry, (session) => triage(session, never));
    expect(faults(reason, said), reason).toEqual([]);
    expect(panicKdump?.outcome).toBe(said.started ? 'started' : undefined);
  });
});
