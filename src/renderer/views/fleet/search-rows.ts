/** Hits of a search over a fleet as rows: where, what, in which dump, and how to get there. */
import { defined } from '../../../shared/defined.ts';
import type { FleetHit, FleetLink } from '../../../shared/fleet-search-model.ts';
import { byteText } from '../../../shared/units.ts';
import type { FleetSearchState } from '../../state/fleet-search.ts';
import { countText, plural } from '../../words/numbers.ts';
import { hitText, type HitText } from '../search/hit-text.ts';

/** Where a hit leads. */
export type HitTarget =
  { readonly issue: number } | { readonly path: string; readonly volumes?: readonly string[]; readonly address?: bigint; readonly bytes: number };

export interface HitRow {
  /** "dump.title", "0x1f00", "14 dumps" */
  readonly where: string;
  readonly text: string;
  /** For hits in memory: what was found, and what is around it. */
  readonly around?: HitText;
  readonly host: string;
  readonly release: string;
  readonly ended: string;
  readonly path: string;
  readonly target: HitTarget | undefined;
}

const addressOf = ({ address }: FleetLink): bigint | undefined => (address === undefined ? undefined : BigInt(address.replace(/^absolute:/, '')));

function linked(link: FleetLink | undefined, bytes = 1): HitTarget | undefined {
  if (link === undefined) return undefined;
  return { path: link.path, bytes, ...defined({ volumes: link.volumes, address: addressOf(link) }) };
}

/** @param codePage of text in EBCDIC */
export function hitRow(hit: FleetHit, isEbcdic: boolean): HitRow {
  switch (hit.in) {
    case 'memory': {
      const around = hitText(hit, isEbcdic ? '1047' : undefined);
      const { before, match, after } = around;
      const { host = '', release = '', ended = '' } = hit.dump;
      return { where: hit.address, text: `${before}${match}${after}`, around, host, release, ended, path: hit.link.path, target: linked(hit.link, hit.bytes) };
    }
    case 'catalogue': {
      const { host = '', release = '', ended = '' } = hit.dump ?? {};
      const target = hit.issue === undefined ? linked(hit.link) : { issue: hit.issue };
      return { where: `${hit.table}.${hit.column}`, text: hit.text, host, release, ended, path: hit.link?.path ?? '', target };
    }
    case 'pages': {
      const [first] = hit.dumps;
      const hosts = [...new Set(hit.dumps.flatMap(({ dump }) => dump.host ?? []))];
      return {
        where: plural(hit.dumpCount, 'dump'),
        text: `page ${hit.fingerprint}, ${countText(hit.pages)} times in all`,
        host: hosts.join(', '),
        release: '',
        ended: '',
        path: first?.link?.path ?? '',
        target: linked(first?.link, 4096),
      };
    }
  }
}

/** Progress and result of a search. */
export function searchText({ phase, hits, unread, lastUnread, progress, summary, error }: FleetSearchState): string {
  const found = plural(hits.length, 'hit');
  const unsearched = unread === 0 ? [] : [`${plural(unread, 'dump')} could not be searched to the end (${lastUnread ?? ''})`];
  switch (phase) {
    case 'idle':
      return '';
    case 'failed':
      return error ?? '';
    case 'running':
    case 'cancelled': {
      const at = progress === undefined ? [] : progress.part === 'memory' ? [`${countText(progress.done)} of ${plural(progress.total, 'dump')}`] : [];
      return [`${found} ${phase === 'running' ? 'so far' : 'before it was cancelled'}`, ...at, ...unsearched].join(' · ');
    }
    case 'done': {
      const of = summary?.parts.includes('memory') === true ? [`${byteText(summary.searchedBytes)} in ${plural(summary.searchedDumps, 'dump')} searched`] : [];
      const bytes = summary === undefined || summary.unreadableBytes === 0 ? [] : [`${byteText(summary.unreadableBytes)} could not be read`];
      const encrypted = summary?.encryptedBytes === undefined ? [] : [`${byteText(summary.encryptedBytes)} are encrypted, and were not searched`];
      const cut = summary === undefined || summary.cutDumps === 0 ? [] : [`${plural(summary.cutDumps, 'dump has', 'dumps have')} more hits than are listed`];
      const more = summary?.truncated === true ? ['the search ended at the limit of hits: there may be more'] : [];
      return [found, ...of, ...bytes, ...encrypted, ...cut, ...more, ...unsearched].join(' · ');
    }
  }
}
