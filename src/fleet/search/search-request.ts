/** What is searched for in all dumps of a catalogue. */
import { searchPattern } from '../../analysis/search/pattern.ts';
import type { EbcdicPage } from '../../shared/ebcdic.ts';
import type { FleetSearchPart } from '../../shared/fleet-search-parts.ts';
import type { SearchType } from '../../shared/search-model.ts';
import { FleetError } from '../fleet-error.ts';
import type { DumpFilter } from './chosen-dumps.ts';

export interface FleetSearchRequest extends DumpFilter {
  /** Of pages a fingerprint, or nothing for those that are in most dumps. */
  readonly pattern?: string | undefined;
  /** Of the pattern in memory; default text. The catalogue is searched for text. */
  readonly type?: SearchType | undefined;
  readonly endian?: 'big' | 'little' | 'both' | undefined;
  readonly codePage?: EbcdicPage | undefined;
  /** In memory; in the catalogue it is always ignored. */
  readonly ignoreCase?: boolean | undefined;
  readonly parts: readonly FleetSearchPart[];
  /** Hits in all. */
  readonly limit: number;
  /** Hits in the memory of one dump. */
  readonly perDump: number;
  /** Dumps that must have a page. */
  readonly leastDumps: number;
}

export const fingerprintForm = /^[0-9a-f]{16}$/;

/**
 * Whatever is wrong with the pattern is wrong for every dump: it is said once.
 * @throws FleetError usage; RequestError query
 */
export function assertRequest({ parts, pattern, type = 'text', endian, codePage, ignoreCase = false }: FleetSearchRequest): void {
  if (parts.includes('pages') && pattern !== undefined && !fingerprintForm.test(pattern))
    throw new FleetError('usage', `"${pattern}" is not the fingerprint of a page (expected 16 digits 0-9 a-f)`);
  if (parts.includes('pages') && parts.length > 1) throw new FleetError('usage', 'pages are searched separately: their pattern is a fingerprint');
  if (parts.includes('pages')) return;
  if (pattern === undefined) throw new FleetError('usage', 'there is no pattern to search for');
  if (parts.includes('catalogue') && type !== 'text')
    throw new FleetError('usage', `the catalogue is searched for text: a pattern of the type ${type} is searched for only in memory`);
  searchPattern({ pattern, type, endian: endian ?? 'big', codePage: codePage ?? '1047', ignoreCase });
}
