/** A dump in the list of recent ones: what was found when it was last open. */
import type { Catalogue } from '../../shared/catalogue-model.ts';
import { defined } from '../../shared/defined.ts';
import { keptOf } from '../../shared/said-of-dump.ts';
import type { Recent } from '../../shared/shell-protocol.ts';
import type { OpenDump } from '../state/open-dump.ts';
import { recentTitle } from './dump-facts.ts';
import { timeText } from './durations.ts';
import { healthBadge, healthWords, type Tone } from './health.ts';

/** What is saved about an open dump; undefined before its first facts are known. @param opened when that was, ISO 8601 */
export function recentOf({ path, triage, health, said, volumes }: OpenDump, catalogue: Catalogue, opened: string): Recent | undefined {
  if (triage === undefined) return undefined;
  const { times } = triage.info;
  const end = times.crash ?? times.dumpStart ?? times.dumpEnd;
  return {
    path,
    title: recentTitle(triage.info, catalogue),
    health: health === undefined ? 'unknown' : healthBadge(health),
    opened,
    ...defined({
      verdict: triage.verdict.class === 'unknown' ? undefined : triage.verdict.title.slice(0, 300),
      checks: health === undefined || health.passed + health.failed + health.unreadable === 0 ? undefined : healthWords(health),
      ended: end?.slice(0, 40),
      said: keptOf(said),
      volumes: said.memoryAt === undefined ? undefined : volumes?.slice(),
    }),
  };
}

const badges: Readonly<Record<Recent['health'], { readonly icon: string; readonly tone: Tone; readonly word: string }>> = {
  passed: { icon: 'pass', tone: 'ok', word: 'checks passed' },
  failed: { icon: 'error', tone: 'bad', word: 'a check failed' },
  unknown: { icon: 'circle-large', tone: 'plain', word: 'nothing checked' },
};

/** The outcome of its checks, as an icon with text. */
export const recentBadge = ({ health, checks }: Recent): { readonly icon: string; readonly tone: Tone; readonly word: string } => ({
  ...badges[health],
  ...defined({ word: checks }),
});

/** When the system ended, and when the dump was last open: "dump of 2026-11-23 07:25:37 UTC · opened 2026-11-30". */
export const recentTimes = ({ ended, opened }: Recent): string =>
  [ended === undefined ? undefined : `dump of ${timeText(ended)}`, opened === undefined ? undefined : `opened ${opened.slice(0, 10)}`]
    .filter((part) => part !== undefined)
    .join(' · ');
