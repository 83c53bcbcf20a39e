/** Titles of exports, and their maximum sizes. */
import type { ExportCompression, ExportFormat, ExportJson, ExportPreviewJson, FilterLevel } from '../../shared/export-model.ts';
import { byteText, pageSize, type AddressRange } from '../../shared/units.ts';
import { plural } from './numbers.ts';

export const compressionTitles: Readonly<Record<ExportCompression, string>> = { zlib: 'zlib', zstd: 'zstd', none: 'not compressed' };

export const levelTitles: Readonly<Record<FilterLevel, string>> = {
  zero: 'zero pages',
  cache: 'page cache',
  'private-cache': 'private page cache',
  user: 'memory of processes',
  free: 'free pages',
};

const rangePattern = /^\s*(?:0x)?([\da-f]{1,16})\s*$/i;

/** An address as typed, in hexadecimal digits with or without 0x; undefined for anything else. */
export function typedAddress(text: string): bigint | undefined {
  const digits = rangePattern.exec(text)?.[1];
  return digits === undefined ? undefined : BigInt(`0x${digits}`);
}

/** The whole pages that contain a range. */
export function pagesOf({ start, end }: AddressRange): number {
  const size = BigInt(pageSize);
  return Number((end + size - 1n) / size - start / size);
}

/** What is known about the size before anything is written. */
export function sizeText(format: ExportFormat, { pages, memory }: ExportPreviewJson, filter: readonly FilterLevel[]): string {
  const held = (pages.present + pages.zero) * pageSize;
  if (memory === undefined) return 'The dump has no pages in this range.';
  const most = `${plural(pages.present + pages.zero, 'page')}, ${byteText(held)}`;
  if (format === 'raw') {
    const span = Number(BigInt(memory.end) - BigInt(memory.start));
    return `${most}; the file spans ${byteText(span)} of addresses, with holes for absent pages.`;
  }
  const less = [
    ...(filter.length === 0 ? [] : ['what is left out']),
    ...(format === 'kdump' ? ['what compression saves'] : []),
    ...(pages.present > 0 && format !== 'kdump' && filter.length === 0 ? ['pages that are zero'] : []),
  ];
  return `At most ${most}${less.length === 0 ? '' : `, less ${less.join(' and ')}`}.`;
}

/** Pages by outcome, without zero counts. */
export function pageRows({ pages, filter = [] }: Pick<ExportJson, 'pages' | 'filter'>): readonly (readonly [what: string, pages: number])[] {
  const { present, zero, excluded, missing, unreadable, encrypted, filtered } = pages;
  const left = filter.map((level) => [`left out: ${levelTitles[level]}`, filtered?.[level] ?? 0] as const);
  const asked: ReadonlySet<string> = new Set(left.map(([what]) => what));
  const rows: readonly (readonly [string, number])[] = [
    ['with bytes', present],
    ['zero', zero],
    ...left,
    ['excluded in the source', excluded],
    ['missing in the source', missing],
    ['unreadable in the source', unreadable],
    ['encrypted in the source', encrypted],
  ];
  return rows.filter(([what, count], at) => count > 0 || at < 2 || asked.has(what));
}
