/** Hits of a search over a fleet, each on one line: first the place, in a form that other commands accept. */
import { plural } from '../../shared/count-text.ts';
import type { EbcdicPage } from '../../shared/ebcdic.ts';
import type { FleetHit, FleetLink, FleetSearchSummary, FleetUnread } from '../../shared/fleet-search-model.ts';
import type { SearchType } from '../../shared/search-model.ts';
import { byteText } from '../../shared/units.ts';
import { visibleLine } from '../../shared/visible-text.ts';
import { searchHitText } from './search-text.ts';
import type { Style } from './style.ts';

const place = ({ path, address }: FleetLink): string => `${visibleLine(path)}${address === undefined ? '' : `  ${address}`}`;

export interface HitWords {
  readonly type: SearchType;
  readonly codePage: EbcdicPage;
  readonly style: Style;
}

export function fleetHitText(hit: FleetHit, { type, codePage, style }: HitWords): string {
  switch (hit.in) {
    case 'memory':
      return `${visibleLine(hit.link.path)}  absolute:${searchHitText(hit, type, codePage, style)}`;
    case 'catalogue': {
      const { table, column, text, issue, link, dump } = hit;
      const what = issue !== undefined ? `issue ${issue}` : link !== undefined ? place(link) : (dump?.key ?? '');
      return `${what}  ${style.dim(`${table}.${column}`)}  ${visibleLine(text)}`;
    }
    case 'pages': {
      const { fingerprint, dumpCount, pages, dumps } = hit;
      const lines = dumps.map(({ link, dump, pages: own }) => `  ${link === undefined ? dump.key : place(link)}${own === 1 ? '' : `  ${own} times`}`);
      const more = dumpCount > dumps.length ? [`  and ${plural(dumpCount - dumps.length, 'dump')} more`] : [];
      return [`${fingerprint}  ${plural(dumpCount, 'dump')}, ${plural(pages, 'page')}`, ...lines, ...more].join('\n');
    }
  }
}

export const unreadText = ({ dump, why }: FleetUnread): string => `dump ${dump.key.slice(0, 12)} (${dump.title}): ${why}`;

/** What was searched, and what was not. */
export function fleetSearchText(hits: number, summary: FleetSearchSummary): string {
  const { parts, dumps, searchedDumps, searchedBytes, unreadableBytes, encryptedBytes, indexes, withoutTime, cutDumps } = summary;
  const sentences = [
    plural(hits, 'hit'),
    ...(parts.includes('memory') ? [`${byteText(searchedBytes)} in ${searchedDumps} of ${plural(dumps, 'dump')} searched`] : []),
    ...(indexes === undefined ? [] : [`${plural(indexes.asked, 'page index', 'page indexes')} of ${plural(dumps, 'dump')}`]),
    ...(indexes === undefined || indexes.incomplete === 0 ? [] : [`${indexes.incomplete} of the indexes not complete`]),
    ...(unreadableBytes === 0 ? [] : [`${byteText(unreadableBytes)} could not be read`]),
    ...(encryptedBytes === undefined ? [] : [`${byteText(encryptedBytes)} are encrypted, and were not searched`]),
    ...(cutDumps === 0 ? [] : [`${plural(cutDumps, 'dump has', 'dumps have')} more (--per-dump)`]),
    ...(withoutTime === undefined || withoutTime === 0
      ? []
      : [`${plural(withoutTime, 'dump says', 'dumps say')} no time, and ${withoutTime === 1 ? 'was' : 'were'} left out (--since)`]),
  ];
  return sentences.join('; ');
}
