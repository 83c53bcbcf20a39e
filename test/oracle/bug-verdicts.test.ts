/**
 * The verdict on each dump against what truly happened there (truth.txt of the crash dumps, the names of the others): class, kind and function of the
 * title, and which dumps are of one bug.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { verdictOf } from '../../src/analysis/engine/triage/verdict.ts';
import type { MemoryView } from '../../src/shared/model.ts';
import type { VerdictClass, VerdictJson } from '../../src/shared/verdict-model.ts';
import { crashDumps, dumpEntries, type DumpEntry } from '../dumps.ts';
import { withSession } from './oracle-suite.ts';

const never = new AbortController().signal;

interface Case {
  readonly class: VerdictClass;
  readonly contributing?: readonly VerdictClass[];
  readonly title: string;
  /** Dumps of one bug have one name. */
  readonly bug: string;
  readonly view?: MemoryView;
}

const nullPointer = (access: string): Case => ({ class: 'null-pointer', title: `NULL pointer ${access} in order_update_totals`, bug: 'line is null' });
const invariant: Case = { class: 'bug', title: 'BUG in order_check_invariant', bug: 'invariant' };
const abba: Case = { class: 'deadlock', title: 'Deadlock of 2 tasks on mutexes in order_bill_entry', bug: 'mutexes in two orders' };

const expected: Readonly<Record<string, readonly Case[]>> = {
  'c-abba-mutex': [abba],
  'c-badcall-stale': [{ class: 'bad-pointer', title: 'Bad pointer write in __run_timers', bug: 'stale timer' }],
  'c-badcall-uaf': [{ class: 'bad-pointer', title: 'Call through a pointer of a freed object in order_dispatch', bug: 'freed operations' }],
  'c-bug-process': [invariant],
  'c-bug-softirq': [{ class: 'bug', title: 'BUG in order_expire_lines', bug: 'expiry' }],
  'c-cpu-offline': [invariant],
  'c-early-noroot': [{ class: 'root-file-system', title: 'Root file system cannot be mounted in mount_root_generic', bug: 'no root' }],
  'c-io-stall': [{ class: 'io-stall', title: 'I/O stall in ext4_sync_file', bug: 'throttled disk' }],
  'c-k61-abba': [abba],
  'c-k61-null': [nullPointer('write')],
  'c-kdump-hung': [
    { ...invariant, contributing: ['kdump-failed'] },
    { ...invariant, contributing: ['kdump-failed'], view: 'prod' },
    { ...abba, contributing: ['kdump-failed'], view: 'kdump' },
  ],
  'c-list-corrupt': [{ class: 'list-corruption', title: 'List corruption in order_unlink_line', bug: 'unlinked twice' }],
  'c-null-kthread': [nullPointer('write')],
  'c-null-write-small-6.12': [{ class: 'null-pointer', title: 'NULL pointer write in weigh_parcel', bug: 'parcel is null' }],
  'c-oom-memcg': [{ class: 'out-of-memory', title: 'Out of memory in a memory cgroup while allocating in read_zero', bug: 'cgroup too small' }],
  'c-oom-slab': [{ class: 'out-of-memory', title: 'Out of memory while allocating in order_session_open', bug: 'sessions leak' }],
  'c-oom-tmpfs': [{ class: 'out-of-memory', title: 'Out of memory while allocating in copy_process', bug: 'tmpfs full' }],
  'c-rcu-stall': [{ class: 'cpu-loop', title: 'CPU loops in order_rebuild_index', bug: 'rebuild' }],
  'c-rwsem': [{ class: 'lock-held', title: 'rwsem held by a task that waits in order_reindex_thread', bug: 'reindex' }],
  'c-slab-redzone': [{ class: 'operator-request', contributing: ['slab-corruption'], title: 'Crash requested by sysrq', bug: 'sysrq' }],
  'c-spinlock': [{ class: 'lock-held', contributing: ['cpu-loop'], title: 'Spinlock held by a looping CPU in order_recount', bug: 'recount' }],
  'c-stack-overflow': [{ class: 'stack-overflow', title: 'Kernel stack overflow in recursive_loop', bug: 'recursion' }],
  'c-trace-graph': [invariant],
  // The instruction reads before it writes, and the page fault is of the read.
  'c-x86-null': [nullPointer('read')],
};

const nameOf = ({ name }: DumpEntry): string => name.replace(/\.(kdump|s390|elf)$/, '');
const cases = crashDumps.flatMap((entry) => (expected[nameOf(entry)] ?? []).map((wanted) => ({ name: entry.name, view: wanted.view ?? 'all', entry, wanted })));

const verdictOn = (entry: DumpEntry, view: MemoryView = 'all'): Promise<VerdictJson> =>
  withSession(entry, (session) => verdictOf(view === 'all' ? session : session.inView(view), never));

/** What no title and no key may hold. */
const ofOneCrash = /0x[0-9a-f]|[0-9a-f]{8}|\.(?:constprop|isra|part|cold)|\bpid\b/;

describe('the verdict on crash dumps', () => {
  const keys = new Map<string, Set<string>>();
  const functions = new Set<string>();

  it.each(crashDumps.map(({ name }) => name.replace(/\.(kdump|s390|elf)$/, '')))('%s has its verdict listed here', (name) => {
    expect(Object.keys(expected)).toContain(name);
  });

  it.each(cases)('$name ($view)', async ({ entry, view, wanted }) => {
    const verdict = await verdictOn(entry, view);
    expect({ class: verdict.class, contributing: verdict.contributing, title: verdict.title }).toEqual({
      class: wanted.class,
      contributing: wanted.contributing ?? [],
      title: wanted.title,
    });
    expect(verdict.evidence.length).toBeGreaterThan(0);
    expect(verdict.evidence.map(({ text }) => text)).toEqual([...new Set(verdict.evidence.map(({ text }) => text))]);
    expect(verdict.title).not.toMatch(ofOneCrash);
    expect(verdict.frames.join(' ')).not.toMatch(ofOneCrash);
    const key = verdict.signature.stack;
    if (wanted.bug === 'sysrq') return;
    expect(key).toMatch(/^[0-9a-f]{64}$/);
    keys.set(wanted.bug, (keys.get(wanted.bug) ?? new Set()).add(key ?? ''));
    for (const name of verdict.frames) functions.add(name);
  });

  it('gives dumps of one bug one stack key, and different bugs different ones', () => {
    expect([...keys].filter(([, found]) => found.size > 1)).toEqual([]);
    const all = [...keys.values()].flatMap((found) => [...found]);
    expect(new Set(all).size).toBe(all.length);
  });

  it("does not depend on the names of the guests' modules", () => {
    const folder = new URL('../../src/analysis/kernel/verdict/', import.meta.url);
    const sources = readdirSync(folder, { recursive: true })
      .map(String)
      .filter((name) => name.endsWith('.ts'))
      .map((name) => readFileSync(new URL(name, folder), 'utf8'));
    const own = [...functions].filter((name) => /^(?:order_|weigh_|clerk)/.test(name));
    expect(own.filter((name) => sources.some((text) => text.includes(name)))).toEqual([]);
    expect(sources.filter((text) => /order_|orderflow|lkdtm/.test(text))).toEqual([]);
  });
});

/** Guests that ran, and sysrq crashes, in many formats: what was done to each is in its name. */
const moments: readonly (readonly [RegExp, VerdictClass, string])[] = [
  [/-(s1|s2|x1|a1)-qemu\.(elf|kdump-zlib)$/, 'hypervisor-request', "Hypervisor's dump of a "],
  [/-s1-(qemu\.s390|zgetdump\.elf)$/, 'running', 'Running system'],
  [/-herc-(eckd|mv)-ext(-vol0)?\.s390$/, 'operator-request', 'Stand-alone dump of a '],
  // Opened without the part of its set that holds the log.
  [/-kdump-split-2$|-mv-ext-vol1/, 'unknown', 'Cause not known'],
  [/-s5-|-s3-|-x1-(kdump|vmcore)|-herc-fba/, 'operator-request', 'Crash requested by sysrq'],
];
const others = dumpEntries
  .filter(({ how }) => how !== 'derived')
  .flatMap((entry) => {
    const found = moments.find(([pattern]) => pattern.test(entry.name));
    return found === undefined ? [] : [{ name: entry.name, entry, wanted: found[1], title: found[2] }];
  });

describe.skipIf(others.length === 0)('the verdict on other dumps', () => {
  if (others.length === 0) it('needs the real dumps', () => undefined);
  it.each(others)('$name', async ({ entry, wanted, title }) => {
    const verdict = await verdictOn(entry);
    expect(verdict.class).toBe(wanted);
    expect(verdict.title.startsWith(title), verdict.title).toBe(true);
    expect(verdict.excluded ?? []).not.toEqual([]);
  });
});
