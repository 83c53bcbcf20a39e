/**
 * Every analysis of the registry on real dumps in which one page under what it reads is zeros, or holds nothing but links to itself. With zeros it
 * says less or the same, and where it says anything else it says that something is missing; with links it ends. A new analysis is among them by
 * its line in the registry.
 */
import { describe, expect, it } from 'vitest';
import { sessionOn, type Session } from '../../src/analysis/engine/session/session.ts';
import { analyses } from '../../src/analysis/kernel/analyses/catalogue.ts';
import type { AnalysisJson, AnalysisTable, RowJson } from '../../src/shared/analysis-table.ts';
import { crashDumps, dumpEntries, openDumpSource, type DumpEntry } from '../dumps.ts';
import { runs, sample } from '../run-size.ts';
import { wholeAnalysis } from '../whole-analysis.ts';
import { withOtherPages } from '../zeroed-pages.ts';

interface Case {
  readonly entry: DumpEntry;
  readonly view: (session: Session) => Session;
}
const cases: readonly (readonly [string, Case])[] = [
  ...dumpEntries.filter(({ name }) => name === 'o-small-s5-qemu.elf').map((entry) => [entry.name, { entry, view: (one: Session) => one }] as const),
  ...crashDumps
    .filter(({ name }) => name === 'c-kdump-hung.s390')
    .map((entry) => [`${entry.name}, the kdump system`, { entry, view: (one: Session) => one.inView('kdump') }] as const),
];

/** Required parameters: something that every dump has. */
const parametersOf = ({ parameters }: AnalysisTable): Readonly<Record<string, string>> =>
  Object.fromEntries(parameters.flatMap(({ name, type, required }) => (required === true ? [[name, type === 'text' ? 'panic' : '1']] : [])));

type Answers = ReadonlyMap<string, AnalysisJson>;
async function answersOf(session: Session): Promise<Answers> {
  const found = new Map<string, AnalysisJson>();
  for (const { table } of analyses) found.set(table.id, await wholeAnalysis(session, table.id, parametersOf(table)));
  return found;
}

/** Absolute addresses of pages that the rows of each analysis lead to: some of each. */
function pagesUnder(session: Session, answers: Answers, ofEach: number): ReadonlyMap<string, bigint> {
  const { memory } = session.kernel;
  const pages = new Map<string, bigint>();
  for (const { table } of analyses) {
    const names = table.columns.filter(({ type, space }) => type === 'address' && space === undefined).map(({ name }) => name);
    const found = new Map<bigint, string>();
    for (const row of answers.get(table.id)?.rows ?? [])
      for (const name of names) {
        const at = row[name];
        const absolute = typeof at === 'string' ? memory.translate(BigInt(at)) : undefined;
        if (absolute !== undefined) found.set(absolute & ~0xfffn, `${name} ${String(at)} of ${table.id}`);
      }
    for (const [page, name] of sample([...found], ofEach, `pages of ${table.id}`)) if (![...pages.values()].includes(page)) pages.set(name, page);
  }
  return pages;
}

/** A cell that says less: it is absent, or names in it have become addresses. */
function isLess(now: RowJson[string] | undefined, before: RowJson[string] | undefined): boolean {
  if (now === undefined || now === before) return true;
  if (typeof now !== 'string' || typeof before !== 'string') return false;
  const [names, frames] = [before.split(' < '), now.split(' < ')];
  return names.length === frames.length && frames.every((frame, at) => frame === names[at] || /^0x[0-9a-f]+$/.test(frame));
}

/** Whether each row is one that was there, or says less than it. */
function areLess(now: readonly RowJson[], before: readonly RowJson[]): boolean {
  const known = new Set(before.map((row) => JSON.stringify(row)));
  return now
    .filter((row) => !known.has(JSON.stringify(row)))
    .every((row) => before.some((one) => Object.keys(row).every((name) => name in one && isLess(row[name], one[name]))));
}

/** Reasons that an answer gives: what is missing, and what rows say themselves. */
const reasons = ({ rows, missing }: AnalysisJson): readonly string[] => [
  ...missing.map((one) => JSON.stringify(one)),
  ...rows.flatMap(({ why, task }) => (why === undefined ? [] : [`${String(task)} ${String(why)}`])),
];

/** What an analysis says otherwise without giving a reason that it did not give before. */
function silent(whole: Answers, now: Answers): readonly string[] {
  return [...now].flatMap(([id, answer]) => {
    const before = whole.get(id);
    if (before === undefined) return [`${id} was not there`];
    const known = new Set(reasons(before));
    if (reasons(answer).some((one) => !known.has(one))) return [];
    const lost = before.rows.length - answer.rows.length;
    if (lost === 0 && areLess(answer.rows, before.rows)) return [];
    const rowsBefore = new Set(before.rows.map((row) => JSON.stringify(row)));
    const others = answer.rows.filter((row) => !rowsBefore.has(JSON.stringify(row)));
    return [`${id}: ${others.length} other rows, ${lost} lost, and nothing is missing: ${JSON.stringify(others.slice(0, 2))}`];
  });
}

/** A page of nothing but a link to its own beginning. */
function linksTo(address: bigint): Uint8Array {
  const page = Buffer.alloc(4096);
  for (let at = 0; at < page.length; at += 8) page.writeBigUInt64BE(address, at);
  return page;
}

describe.skipIf(cases.length === 0)('analyses of a damaged dump', () => {
  if (cases.length === 0) it('needs the real dumps', () => undefined);
  it.each(cases)('%s: a page of zeros gives less, and this is reported', async (_, { entry, view }) => {
    const { source, close } = await openDumpSource(entry);
    try {
      const session = view(sessionOn(source));
      const whole = await answersOf(session);
      expect(silent(whole, whole)).toEqual([]);
      const [first] = whole.keys();
      const changed = whole.get(first ?? '');
      if (first === undefined || changed === undefined) throw new Error('no analysis');
      // The twin: a row less, and nothing missing.
      const full = [...whole].find(([, { rows }]) => rows.length > 0);
      if (full === undefined) throw new Error('no rows');
      expect(silent(whole, new Map([...whole, [full[0], { ...full[1], rows: full[1].rows.slice(1) }]]))).toHaveLength(1);
      const pages = pagesUnder(session, whole, runs(1, 6));
      expect(pages.size).toBeGreaterThan(2);
      const found: string[] = [];
      for (const [name, twin] of withOtherPages(source, session.image.memory, pages))
        found.push(...silent(whole, await answersOf(view(sessionOn(twin)))).map((text) => `${name}: ${text}`));
      expect(found).toEqual([]);
    } finally {
      close();
    }
  });

  it.each(cases)('%s: pages whose every word leads back end, and nothing is thrown', async (_, { entry, view }) => {
    const { source, close } = await openDumpSource(entry);
    try {
      const session = view(sessionOn(source));
      const whole = await answersOf(session);
      const pages = pagesUnder(session, whole, runs(1, 6));
      const { memory } = session.kernel;
      const virtual = new Map(
        [...whole.values()].flatMap(({ rows, columns }) =>
          rows.flatMap((row) =>
            columns.flatMap(({ name, type, space }) => {
              const at = row[name];
              const absolute = type !== 'address' || space !== undefined || typeof at !== 'string' ? undefined : memory.translate(BigInt(at));
              return absolute === undefined ? [] : [[absolute & ~0xfffn, BigInt(String(at)) & ~0xfffn] as const];
            }),
          ),
        ),
      );
      for (const [, twin] of withOtherPages(source, session.image.memory, pages, (address) => linksTo(virtual.get(address & ~0xfffn) ?? 0n))) {
        for (const { rows } of (await answersOf(view(sessionOn(twin)))).values()) expect(rows.length).toBeLessThanOrEqual(100_000);
      }
    } finally {
      close();
    }
  });
});
