/**
 * Which checks ran on every undamaged real dump and how each ended: a check that never runs never fails, so what was not recorded and not
 * run is kept as well as what passed. DUMPBENCH_UPDATE=1 writes `verdicts.json` anew; look at what changed before it is kept.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { checkSession } from '../../src/analysis/engine/integrity/check-session.ts';
import type { Session } from '../../src/analysis/engine/session/session.ts';
import { summarize } from '../../src/analysis/integrity/index.ts';
import { wholeDumps } from '../dumps.ts';
import { containers, withContainer } from './containers/container-dumps.ts';
import { withSession } from './oracle-suite.ts';

const path = fileURLToPath(new URL('verdicts.json', import.meta.url));
const update = process.env.DUMPBENCH_UPDATE === '1';

interface Verdicts {
  /** passed/failed/not recorded/not applicable/unreadable/not run */
  readonly counts: string;
  /** Ids by verdict, in the order of the registry. */
  readonly checks: Readonly<Record<string, string>>;
}
const kept = existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Record<string, Verdicts>) : {};
const found: Record<string, Verdicts> = {};

async function verdictsOf(session: Session): Promise<Verdicts> {
  const results = await checkSession(session, 'scan', new AbortController().signal);
  const checks: Record<string, string> = {};
  for (const { id, verdict } of results) checks[verdict] = checks[verdict] === undefined ? id : `${checks[verdict]} ${id}`;
  const { passed, failed, notRecorded, notApplicable, unreadable, notRun } = summarize(results);
  return { counts: [passed, failed, notRecorded, notApplicable, unreadable, notRun].join('/'), checks };
}

const dumps: readonly (readonly [string, (use: (session: Session) => Promise<Verdicts>) => Promise<Verdicts>])[] = [
  ...wholeDumps.map((entry) => [entry.name, (use: (session: Session) => Promise<Verdicts>) => withSession(entry, use)] as const),
  ...containers.map((container) => [container.name, (use: (session: Session) => Promise<Verdicts>) => withContainer(container, use)] as const),
];

/** These were cut by their dumper or by their converter; everything else is whole. */
const incomplete = (name: string): boolean => /no-end-marker|incomplete/.test(name);

describe('verdicts on real dumps', () => {
  it.each(dumps)('%s', async (name, open) => {
    const verdicts = await open(verdictsOf);
    found[name] = verdicts;
    if (!incomplete(name)) expect(verdicts.checks.failed).toBeUndefined();
    // All counts are of one registry.
    expect(verdicts.counts.split('/').reduce((sum, count) => sum + Number(count), 0)).toBe(Object.values(verdicts.checks).join(' ').split(' ').length);
    if (!update) expect(verdicts).toEqual(kept[name]);
  });

  it('twin: another verdict of one check is another answer', () => {
    const [one] = Object.values(found);
    if (one === undefined) throw new Error('nothing was found');
    const [first] = Object.entries(one.checks);
    if (first === undefined) throw new Error('no check ran');
    const [verdict, ids] = first;
    expect({ ...one, checks: { ...one.checks, [verdict]: ids.split(' ').slice(1).join(' ') } }).not.toEqual(one);
  });

  afterAll(() => {
    // Dumps that are not here keep what was found of them.
    if (update) writeFileSync(path, `${JSON.stringify({ ...kept, ...found }, undefined, 2)}\n`);
  });
});
