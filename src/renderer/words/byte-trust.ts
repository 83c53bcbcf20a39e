/** How far a byte can be trusted: what the checks that covered it found. */
import type { Trust } from '../../shared/fact.ts';
import type { CheckResult, DamageEntry } from '../../shared/check-model.ts';
import type { Position } from '../state/position.ts';

type Place = DamageEntry['where'];

function covers(place: Place, { space, address }: Pick<Position, 'space' | 'address'>): boolean {
  if (!('space' in place)) return space === 'file' && address >= BigInt(place.fileOffset) && address < BigInt(place.fileOffset) + BigInt(place.bytes);
  return place.space === space && address >= BigInt(place.start) && address < BigInt(place.end);
}

/**
 * @param at an absolute address or a file offset; other spaces must be translated first
 * @param known results of the checks so far: without a check nothing is claimed
 */
export function byteTrust(
  known: { readonly checks: readonly CheckResult[]; readonly damage: readonly DamageEntry[] },
  at: Pick<Position, 'space' | 'address'>,
): { readonly trust: Trust; readonly why: string } {
  const over = ({ ranges = [] }: CheckResult): boolean => ranges.some((range) => covers(range, at));
  const failed = known.checks.find((check) => check.verdict === 'failed' && over(check));
  if (failed !== undefined) return { trust: 'contradicted', why: `${failed.title}: ${failed.detail}` };
  const damaged = known.damage.find(({ where, severity }) => severity !== 'info' && covers(where, at));
  if (damaged !== undefined) return { trust: 'contradicted', why: damaged.title };
  // Only a digest computed over these bytes is evidence for them.
  const passed = known.checks.find((check) => check.verdict === 'passed' && check.recorded !== undefined && over(check));
  if (passed !== undefined) return { trust: 'verified', why: `${passed.title}: ${passed.detail}` };
  return { trust: 'unverifiable', why: 'no recorded checksum covers this byte' };
}
