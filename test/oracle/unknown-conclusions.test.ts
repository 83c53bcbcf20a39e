/**
 * How often each conclusion of docs/conclusions.md is unknown over the repository's dumps: a number that may fall, never grow. What cannot be
 * unknown (a quotation, a name that a note carries) has no count.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { describeLowcores } from '../../src/analysis/engine/machine/lowcore.ts';
import type { Session } from '../../src/analysis/engine/session/session.ts';
import { triage } from '../../src/analysis/engine/triage/triage.ts';
import { isDumpError } from '../../src/shared/dump-error.ts';
import type { TriageDump } from '../../src/shared/triage-model.ts';
import { readDumpIndex } from '../dump-folders.ts';
import { withSession } from './oracle-suite.ts';

const here = dirname(fileURLToPath(import.meta.url));
const table = join(here, 'unknown-conclusions.json');
const never = new AbortController().signal;
const dumps = readDumpIndex(join(dirname(here), 'dumps')).filter(({ how }) => how !== 'derived');

const isOpen =
  (check: string) =>
  ({ checks }: TriageDump): boolean =>
    checks.some(({ id, verdict }) => id === check && (verdict === 'not-recorded' || verdict === 'unreadable'));
const says =
  (words: RegExp) =>
  ({ reason = '' }: TriageDump): boolean =>
    words.test(reason);

function hasDoubtfulLowcore(session: Session): boolean {
  try {
    return describeLowcores(session, {}).cpus.some(({ layout }) => layout.word !== 'certain');
  } catch (error) {
    // Other architectures have none; those of a dump may be left out.
    if (isDumpError(error)) return false;
    throw error;
  }
}

/** Whether a dump leaves a conclusion open, by its name in docs/conclusions.md. */
const unknown: Readonly<Record<string, (dump: TriageDump, session: Session) => boolean>> = {
  'log-gap': ({ logGap }) => logGap !== undefined,
  panicked: says(/What sent it there is not known/),
  'kdump-not-taken-over': says(/Whether kdump was started is not recorded/),
  running: says(/whether the system was running is not known/),
  victim: ({ info, reason = '' }) => info.times.crash !== undefined && !/was running \S+/.test(reason),
  'page-size': ({ info }) => info.machine.pageSize === undefined,
  'cpu-identity': ({ cpus }) => cpus.some(({ identity }) => identity?.by === 'position'),
  'cpu-count': isOpen('cross-cpu-count'),
  prefix: isOpen('cross-prefix'),
  'os-info': isOpen('os-info-page'),
  'vmcoreinfo-fits': isOpen('vmcoreinfo'),
  'kernel-release': ({ info }) => info.kernel.release === undefined,
  'crash-time': ({ info }) => info.times.crash === undefined,
  'header-time': ({ info }) => info.times.dumpStart === undefined,
  complete: isOpen('container-complete'),
  'lowcore-layout': (_, session) => hasDoubtfulLowcore(session),
  hypervisor: ({ info }) => info.machine.arch === 's390x' && info.machine.hypervisor === undefined,
  producer: ({ info }) => info.container.format === 'elf-vmcore' && info.container.producer === undefined,
  'standalone-kdump': ({ standaloneKdump }) => standaloneKdump?.outcome === 'unknown',
};

describe('conclusions that the dumps of the repository leave open', () => {
  const counts = Object.fromEntries(Object.keys(unknown).map((id) => [id, 0]));

  it.each(dumps.map((entry) => [entry.name, entry] as const))('%s', async (_, entry) => {
    await withSession(entry, async (session) => {
      const dump = await triage(session, never);
      for (const [id, isUnknown] of Object.entries(unknown)) if (isUnknown(dump, session)) counts[id] = (counts[id] ?? 0) + 1;
    });
  });

  it('are no more than before (DUMPBENCH_UPDATE=1 writes what they are)', () => {
    const found = { dumps: dumps.length, unknown: counts };
    if (process.env.DUMPBENCH_UPDATE === '1') writeFileSync(table, `${JSON.stringify(found, undefined, 2)}\n`);
    const before = JSON.parse(readFileSync(table, 'utf8')) as typeof found;
    expect(dumps.length).toBe(before.dumps);
    expect(Object.keys(counts).sort()).toEqual(Object.keys(before.unknown).sort());
    expect(Object.entries(counts).filter(([id, count]) => count > (before.unknown[id] ?? 0))).toEqual([]);
  });

  it('have their rows', () => {
    const page = readFileSync(join(here, '..', '..', 'docs', 'conclusions.md'), 'utf8');
    expect(Object.keys(unknown).filter((id) => !page.includes(`| \`${id}\``))).toEqual([]);
  });
});
