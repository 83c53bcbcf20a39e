/** What became of the pages of an export, counted, and which of them its source does not give although it describes them. */
import { filterLevels, type ExportJson, type FilterLevel } from '../../shared/export-model.ts';
import { failed, type Missing } from '../../shared/result.ts';
import { byteText, hex, pageSize, type Pfn } from '../../shared/units.ts';
import { pageStateCodes, type AddressRanges, type MemoryImage } from '../formats/dump-format.ts';
import { filteredFrom, isKept } from './export-writer.ts';

/** Stretches that are listed one by one; of the others there is a sum. */
const mostListed = 32;
const bytes = BigInt(pageSize);
const codes = filteredFrom + filterLevels.length;
const missingCode = pageStateCodes.indexOf('missing');
const excludedCode = pageStateCodes.indexOf('excluded');

/** Plain JSON. */
export interface TallyState {
  readonly counts: readonly number[];
  /** First page, page after the last one, fate. */
  readonly lost: readonly (readonly [start: number, end: number, fate: number])[];
  readonly lostPages: number;
  /** First kept page, and page after the last one. */
  readonly kept: readonly [start: number, end: number] | readonly [];
  /** Kept pages of which the source has only some bytes. */
  readonly cut: number;
}

export class PageTally {
  readonly #counts: number[];
  readonly #lost: [start: number, end: number, fate: number][];
  #lostPages: number;
  #kept: readonly [start: number, end: number] | readonly [];
  #cut: number;
  readonly #described: AddressRanges;

  /** @param described what the source's headers say that it describes */
  constructor(described: AddressRanges, from?: TallyState) {
    this.#described = described;
    this.#counts = from === undefined ? Array.from({ length: codes }, () => 0) : [...from.counts];
    this.#lost = (from?.lost ?? []).map(([start, end, fate]) => [start, end, fate]);
    this.#lostPages = from?.lostPages ?? 0;
    this.#kept = from?.kept ?? [];
    this.#cut = from?.cut ?? 0;
  }

  /** Pages in a row with one fate; runs ascend. */
  add(startPfn: Pfn, pages: number, fate: number): void {
    this.#counts[fate] = (this.#counts[fate] ?? 0) + pages;
    const endPfn = startPfn + pages;
    if (isKept(fate)) this.#kept = [this.#kept[0] ?? startPfn, endPfn];
    else if (fate < filteredFrom && fate !== excludedCode && this.#isLoss(startPfn, endPfn, fate)) this.#lose(startPfn, endPfn, fate);
  }

  /** A kept page of which the source has only some bytes. */
  addCut(): void {
    this.#cut += 1;
  }

  /** Memory that no header speaks of is not a loss. */
  #isLoss(startPfn: Pfn, endPfn: Pfn, fate: number): boolean {
    return fate !== missingCode || this.#described.overlaps(BigInt(startPfn) * bytes, BigInt(endPfn) * bytes);
  }

  #lose(startPfn: Pfn, endPfn: Pfn, fate: number): void {
    this.#lostPages += endPfn - startPfn;
    const last = this.#lost.at(-1);
    if (last?.[1] === startPfn && last[2] === fate) last[1] = endPfn;
    else if (this.#lost.length < mostListed) this.#lost.push([startPfn, endPfn, fate]);
  }

  state(): TallyState {
    return {
      counts: [...this.#counts],
      lost: this.#lost.map(([start, end, fate]) => [start, end, fate]),
      lostPages: this.#lostPages,
      kept: this.#kept,
      cut: this.#cut,
    };
  }

  /** Half-open addresses from the first kept page on; undefined where none is kept. */
  get memory(): { readonly start: bigint; readonly end: bigint } | undefined {
    const [start, end] = this.#kept;
    return start === undefined || end === undefined ? undefined : { start: BigInt(start) * bytes, end: BigInt(end) * bytes };
  }

  /** @param filter levels that were asked for */
  pages(filter: readonly FilterLevel[]): ExportJson['pages'] {
    const of = (state: (typeof pageStateCodes)[number]): number => this.#counts[pageStateCodes.indexOf(state)] ?? 0;
    const filtered = Object.fromEntries(filterLevels.map((level, place) => [level, this.#counts[filteredFrom + place] ?? 0])) as Record<FilterLevel, number>;
    return {
      total: this.#counts.reduce((sum, count) => sum + count, 0),
      present: of('stored'),
      zero: of('zero'),
      excluded: of('excluded'),
      missing: of('missing'),
      unreadable: of('unreadable'),
      encrypted: of('encrypted'),
      ...(filter.length === 0 ? {} : { filtered }),
    };
  }

  /** What of the memory is not in the export because the source does not give it. */
  missing(memory: MemoryImage): readonly Missing[] {
    const listed = this.#lost.map(([start, end, fate]) => {
      const state = pageStateCodes[fate] ?? 'missing';
      const [from, to] = [BigInt(start) * bytes, BigInt(end) * bytes];
      const reason = memory.read(from, new Uint8Array(1))[0]?.reason;
      const why = `${state} in the source${reason === undefined ? '' : `: ${reason}`}`;
      return failed(`${byteText(to - from)} of memory`, why, { space: 'absolute', start: hex(from), end: hex(to) }).missing;
    });
    const rest = this.#lostPages - this.#lost.reduce((sum, [start, end]) => sum + end - start, 0);
    const excluded = this.#counts[excludedCode] ?? 0;
    return [
      ...listed,
      ...(rest > 0
        ? [failed(`${byteText(rest * pageSize)} of memory`, `missing, unreadable or encrypted in the source, in more than ${mostListed} ranges`).missing]
        : []),
      ...(excluded > 0 ? [failed(`${byteText(excluded * pageSize)} of memory`, 'excluded by the tool that made the source').missing] : []),
      ...(this.#cut > 0
        ? [failed(`parts of ${this.#cut} ${this.#cut === 1 ? 'page' : 'pages'}`, 'the source has some bytes of each; the others are written as zeros').missing]
        : []),
    ];
  }
}
