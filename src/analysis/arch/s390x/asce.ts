/** Address-space-control elements (lowcore.md section 7.1; Principles of Operation, chapter 3). */
import { hex } from '../../../shared/units.ts';

export const asceBits = { origin: ~0xfffn, realSpace: 0x20n, type: 0x0cn, length: 0x03n } as const;

const tables: readonly string[] = ['segment', 'region third', 'region second', 'region first'];
const flags: readonly (readonly [bigint, string])[] = [
  [0x200n, 'subspace group'],
  [0x100n, 'private space'],
  [0x080n, 'storage alteration event'],
  [0x040n, 'space switch event'],
];

/** What an ASCE says, in words: its table, how much of it is valid. */
export function describeAsce(asce: bigint): string {
  if ((asce & asceBits.realSpace) !== 0n) return 'real space: virtual is real';
  const name = tables[Number((asce & asceBits.type) >> 2n)] ?? '';
  return `${name} table at ${hex(asce & asceBits.origin)}, length ${Number(asce & asceBits.length) + 1} of 4`;
}

/** The same with its control bits by name. */
export function asceText(asce: bigint): string {
  return [describeAsce(asce), ...flags.flatMap(([bit, name]) => ((asce & bit) === 0n ? [] : [name]))].join(', ');
}
