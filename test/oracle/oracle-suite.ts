/** The two tests that every oracle gets: we agree with it, and it notices when one of our answers is altered. */
import { describe, expect, it } from 'vitest';
import { sessionOn, type Session } from '../../src/analysis/engine/session/session.ts';
import { openDumpSource, type DumpEntry } from '../dumps.ts';
import { randomFor, sample } from '../run-size.ts';
import { altered, alterationsOf } from './alterations.ts';
import { answersOf, type Answers } from './answers.ts';
import { disagreements, type Facts } from './facts.ts';

export interface Oracle {
  /** What it is, for the names of the tests. */
  readonly name: string;
  /** Everything that its text states and that we can answer. */
  readonly stated: (text: string) => Facts;
  /** The same from our answers. */
  readonly answered: (answers: Answers) => Facts;
  /** JSON pointers of the answers (a list's end is `-`) whose every change it must notice, given what its text states. */
  readonly judged: (pointer: string, stated: Facts) => boolean;
}

export interface OracleCase {
  readonly entry: DumpEntry;
  /** Which text, where a tool has several. */
  readonly label: string;
  readonly text: string;
  /** Opens the dump in another way than from its file. */
  readonly open?: () => Promise<{ session: Session; close: () => void }>;
}

/** Opens a dump for a test and closes it whatever happens. */
export async function withSession<T>(entry: DumpEntry, use: (session: Session) => Promise<T> | T): Promise<T> {
  const { source, close } = await openDumpSource(entry);
  try {
    return await use(sessionOn(source));
  } finally {
    close();
  }
}

const alterationsPerCase = 25;

export function oracleSuite(oracle: Oracle, cases: readonly OracleCase[]): void {
  describe.skipIf(cases.length === 0)(oracle.name, () => {
    if (cases.length === 0) it('needs the real dumps', () => undefined);
    it.each(cases.map((one) => [one.entry.name, one.label, one] as const))('%s: we agree with %s', async (_name, _label, { entry, text }) => {
      const stated = oracle.stated(text);
      expect(stated.size).toBeGreaterThan(0);
      const found = await withSession(entry, async (session) => disagreements(stated, oracle.answered(await answersOf(session))));
      expect(found).toEqual([]);
    });
    it.each(cases.map((one) => [one.entry.name, one.label, one] as const))('%s: %s notices an altered answer', async (name, label, { entry, text }) => {
      const stated = oracle.stated(text);
      const answers = await withSession(entry, answersOf);
      const all = alterationsOf(answers, (pointer) => oracle.judged(pointer, stated));
      expect(all.length).toBeGreaterThan(0);
      const random = randomFor(`${name} ${label}`);
      const unnoticed = sample(all, alterationsPerCase, `${name} ${label}`).filter(
        (alteration) => disagreements(stated, oracle.answered(altered(answers, alteration, random))).length === 0,
      );
      expect(unnoticed).toEqual([]);
    });
  });
}

/** Cases of all dumps that have at least one of these texts. */
export function casesOf(entries: readonly DumpEntry[], labels: readonly string[], textOf: (name: string, label: string) => string | undefined): OracleCase[] {
  return entries.flatMap((entry) =>
    labels.flatMap((label) => {
      const text = textOf(entry.name, label);
      return text === undefined ? [] : [{ entry, label, text }];
    }),
  );
}
