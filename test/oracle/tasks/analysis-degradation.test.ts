/**
 * A real deadlock in which one page under each structure in turn is zeroed: hangs, stacks, CPUs at work and problems say less or the same, never
 * something else, and say what is missing.
 */
import { describe, expect, it } from 'vitest';
import { sessionOn, type Session } from '../../../src/analysis/engine/session/session.ts';
import type { AnalysisJson, RowJson } from '../../../src/shared/analysis-table.ts';
import { crashDumps, openDumpSource } from '../../dumps.ts';
import { wholeAnalysis } from '../../whole-analysis.ts';
import { withOtherPages } from '../../zeroed-pages.ts';
import { valueOf } from '../../../src/shared/result.ts';

const ids = ['hangs', 'stacks', 'cpus-running', 'problems'] as const;
type Answers = Readonly<Record<(typeof ids)[number], AnalysisJson>>;
/** The system that hung, in a dump whose pages lie in its file as they are. */
const entry = crashDumps.find(({ name }) => name === 'c-kdump-hung.s390');
const view = (session: Session): Session => session.inView('kdump');

async function answers(session: Session): Promise<Answers> {
  const found: [string, AnalysisJson][] = [];
  for (const id of ids) found.push([id, await wholeAnalysis(session, id)]);
  return Object.fromEntries(found) as unknown as Answers;
}

/** What follows from the number of other rows changes with them: fewer tasks wait, or none is known to. */
const derived = new Set([
  'rank',
  'role',
  'lockWaiters',
  'blocks',
  'cycle',
  'rootPid',
  'rootName',
  'why',
  'stack',
  'function',
  'waiting',
  'text',
  'evidence',
  'value',
  'clockSeconds',
  'seconds',
  'graceSeconds',
]);

function others(id: string, whole: readonly RowJson[], now: readonly RowJson[], key: (row: RowJson) => string): readonly string[] {
  const known = new Map(whole.map((row) => [key(row), row]));
  return now.flatMap((row) => {
    const before = known.get(key(row));
    if (before === undefined) return [`${id}: a row ${key(row)} that was not there`];
    return Object.entries(row).flatMap(([name, cell]) =>
      derived.has(name) || before[name] === cell ? [] : [`${id} ${key(row)}.${name}: ${String(cell)}, was ${String(before[name])}`],
    );
  });
}

/** Pids and the stacks that they are in; a stack that breaks off is the beginning of the whole one. */
const stackOf = (answer: AnalysisJson): ReadonlyMap<string, RowJson> =>
  new Map(
    answer.rows.flatMap((row) =>
      String(row.pids ?? '')
        .split(' ')
        .filter((pid) => pid !== '' && pid !== '0')
        .map((pid) => [pid, row] as const),
    ),
  );

function contradictions(whole: Answers, now: Answers): readonly string[] {
  const stacks = stackOf(whole.stacks);
  const wrongStacks = [...stackOf(now.stacks)].flatMap(([pid, { stack, end }]) => {
    const before = stacks.get(pid);
    const frames = String(before?.stack).split(' < ');
    // An address that has lost its name is less.
    const isSame = String(stack)
      .split(' < ')
      .every((frame, at) => frame === frames[at] || /^0x[0-9a-f]+$/.test(frame));
    const isBeginning = isSame && (end === 'broken' || end === before?.end);
    return isBeginning ? [] : [`stack of ${pid}: ${String(stack)} (${String(end)}), was ${String(before?.stack)}`];
  });
  return [
    ...others('hangs', whole.hangs.rows, now.hangs.rows, ({ task }) => String(task)),
    ...wrongStacks,
    ...others('cpus-running', whole['cpus-running'].rows, now['cpus-running'].rows, ({ cpu }) => String(cpu)),
    ...others('problems', whole.problems.rows, now.problems.rows, ({ rule }) => String(rule)),
  ];
}

/** Absolute addresses of pages under what the analyses read, in the view. */
function pagesUnder(session: Session, { hangs }: Answers): ReadonlyMap<string, bigint> {
  const { memory, symbols: search } = session.kernel;
  const pages = new Map<string, bigint>();
  const add = (name: string, address: unknown): void => {
    const absolute = typeof address !== 'string' && typeof address !== 'bigint' ? undefined : memory.translate(BigInt(address));
    if (absolute !== undefined) pages.set(name, absolute & ~0xfffn);
  };
  for (const { name, task, lock, pid } of hangs.rows) {
    add(`task_struct of ${String(name)}`, task);
    add(`lock of ${String(pid)}`, lock);
    if (typeof task === 'string') {
      const stack = memory.pointer(BigInt(task) + 0x20n);
      for (const page of [0n, 1n, 2n, 3n])
        if (stack !== undefined && memory.translate(stack) !== undefined) add(`page ${page} of the stack of ${String(name)}`, stack + page * 0x1000n);
    }
  }
  const symbols = valueOf(search);
  for (const name of [
    'avenrun',
    'jiffies',
    'tainted_mask',
    'crashk_res',
    '__cpu_online_mask',
    'lowcore_ptr',
    'init_task',
    'rcu_state',
    'sysctl_hung_task_timeout_secs',
  ])
    add(name, symbols?.lookup(name)[0]?.address);
  for (const { prefix } of session.cpuSet.cpus) if (prefix !== undefined) pages.set('lowcore', BigInt(prefix));
  return pages;
}

describe.skipIf(entry === undefined)('analyses of a dump with a zeroed page', () => {
  if (entry === undefined) it('needs the real dumps', () => undefined);
  it('report less or the same, whichever structure was in it', async () => {
    if (entry === undefined) return;
    const { source, close } = await openDumpSource(entry);
    try {
      const session = view(sessionOn(source));
      const whole = await answers(session);
      expect(contradictions(whole, whole)).toEqual([]);
      // It would notice another owner, another stack, another task.
      const [first = {}, ...rest] = whole.hangs.rows;
      expect(contradictions(whole, { ...whole, hangs: { ...whole.hangs, rows: [{ ...first, owner: '0x10' }, ...rest] } })).not.toEqual([]);
      const pages = pagesUnder(session, whole);
      expect(pages.size).toBeGreaterThan(12);
      const found: string[] = [];
      let less = 0;
      for (const [name, twin] of withOtherPages(source, session.image.memory, pages)) {
        const damaged = await answers(view(sessionOn(twin)));
        found.push(...contradictions(whole, damaged).map((text) => `${name}: ${text}`));
        if (JSON.stringify(damaged) !== JSON.stringify(whole)) less += 1;
      }
      expect(found).toEqual([]);
      expect(less).toBeGreaterThan(pages.size / 3);
    } finally {
      close();
    }
  });
});
