/**
 * What a struct page says of its page, in the order in which makedumpfile asks (makedumpfile 1.7): a page that follows in a compound page
 * goes with its head; then free, page cache, memory of processes, poisoned, offline.
 */
import type { FilterLevel } from '../../../shared/export-model.ts';
import type { FlagBit, PageFields } from './page-fields.ts';

/** A page that is left out, and with it those that follow it in its block. */
export interface FoundPage {
  readonly level: FilterLevel;
  /** The page and those that follow it: 2 to the power of this. */
  readonly order: number;
  /** A block of the page allocator, and not a compound page. */
  readonly isFree: boolean;
}

/** Frames in one compound page: 16 GiB of hugetlbfs with pages of 4 KiB are 2 to the power of 22. */
const mostOrder = 30;
/** More references than a page can have: the word is something else. */
const mostReferences = 0x4000_0000;
/** _mapcount of a page that nothing maps, and page_type of one without type. */
const noType = 0xffff_ffff;
/** PAGE_MAPPING_ANON, and since 4.8 PAGE_MAPPING_MOVABLE: low bits of page.mapping. */
const anonymous = 1;

/** The reader of struct pages in one buffer. */
export class PageKinds {
  readonly fields: PageFields;
  readonly #leaves: ReadonlySet<FilterLevel>;
  readonly #little: boolean;
  readonly #pointerAt: number;
  #bytes: Uint8Array = new Uint8Array(0);
  #view = new DataView(this.#bytes.buffer);

  constructor(fields: PageFields, levels: readonly FilterLevel[]) {
    this.fields = fields;
    this.#leaves = new Set(levels);
    this.#little = fields.endian === 'little';
    /** The byte of `mapping` that has its lowest bit. */
    this.#pointerAt = fields.mapping + (this.#little ? 0 : 7);
  }

  /** Struct pages that the other functions speak of, by their place in these bytes. */
  load(bytes: Uint8Array): void {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  #has(at: number, bit: FlagBit | undefined): boolean {
    return bit !== undefined && ((this.#bytes[at + bit.at] ?? 0) & bit.mask) !== 0;
  }

  #u32(at: number): number {
    return this.#view.getUint32(at, this.#little);
  }

  #isAnonymous(at: number): boolean {
    return ((this.#bytes[at + this.#pointerAt] ?? 0) & anonymous) !== 0;
  }

  /** Whether the page follows in a compound page, whose head it then points to. */
  isTail(at: number): boolean {
    return ((this.#bytes[at + this.fields.compoundHead + (this.#little ? 0 : 7)] ?? 0) & 1) !== 0;
  }

  isHead(at: number): boolean {
    return this.#has(at, this.fields.head);
  }

  /** Address of the head that a page points to which follows. */
  headOf(at: number): bigint {
    return this.#view.getBigUint64(at + this.fields.compoundHead, this.#little) - 1n;
  }

  /** Whether a page that follows points to a head: the halves of its address with the lowest bit set. */
  pointsTo(at: number, high: number, low: number): boolean {
    const link = at + this.fields.compoundHead;
    const [one, other] = [this.#u32(link), this.#u32(link + 4)];
    return this.#little ? one === low && other === high : one === high && other === low;
  }

  /** Whether the page can lie in a free block and not begin it: nothing refers to it, and it is of no kind. */
  isIdle(at: number): boolean {
    const { refcount, mapcount } = this.fields;
    return this.#u32(at + refcount) === 0 && this.#u32(at + mapcount) === noType && !this.isTail(at) && !this.#has(at, this.fields.lru);
  }

  /**
   * @param pfn a page that does not follow in a compound page
   * @param next place of the struct page after it, undefined where that is not in these bytes
   * @returns undefined for a page that stays; a text where its struct page contradicts itself: then it stays too
   */
  kindOf(at: number, pfn: number, next: number | undefined): FoundPage | string | undefined {
    const { fields } = this;
    const leaves = this.#leaves;
    const type = this.#u32(at + fields.mapcount);
    const isSlab = type === fields.types.slab || this.#has(at, fields.slab);
    if (!isSlab && type === fields.types.buddy) return leaves.has('free') ? this.#free(at, pfn) : undefined;
    if (type === fields.types.unaccepted) {
      if (!leaves.has('free')) return undefined;
      if (fields.orders === undefined) return 'a page that was not accepted yet, and how many follow it is not known';
      return { level: 'free', order: fields.orders - 1, isFree: true };
    }
    const isPrivate = this.#has(at, fields.isPrivate);
    const isAnonymous = !isSlab && this.#isAnonymous(at);
    const isCache = this.#has(at, fields.lru) || (this.#has(at, fields.swapCache) && (fields.swapBacked === undefined || this.#has(at, fields.swapBacked)));
    const { order, isHugetlb } = this.isHead(at) ? this.#compound(pfn, next, type) : single;
    // Level 4 of makedumpfile is for the page cache that is private, and for what is not either.
    if (isCache && !isAnonymous && (leaves.has('private-cache') || (leaves.has('cache') && !isPrivate)))
      return this.#inUse(at) ?? { level: isPrivate || !leaves.has('cache') ? 'private-cache' : 'cache', order, isFree: false };
    if (leaves.has('user') && (isAnonymous || isHugetlb)) return this.#inUse(at) ?? { level: 'user', order, isFree: false };
    // Memory that the hypervisor or the hardware took away goes with free memory.
    const isAway = this.#has(at, fields.hwpoison) || (!isSlab && fields.types.offline !== undefined && type === fields.types.offline);
    return isAway && leaves.has('free') ? { level: 'free', order, isFree: false } : undefined;
  }

  #free(at: number, pfn: number): FoundPage | string {
    const order = this.#view.getBigUint64(at + this.fields.private, this.#little);
    if (order > BigInt(mostOrder) || (this.fields.orders !== undefined && order >= BigInt(this.fields.orders))) return `a free block of order ${order}`;
    if (pfn % 2 ** Number(order) !== 0) return `a free block of order ${order} that does not begin at a multiple of its size`;
    const references = this.#u32(at + this.fields.refcount);
    return references === 0 ? { level: 'free', order: Number(order), isFree: true } : `a free block with ${references} references`;
  }

  #inUse(at: number): string | undefined {
    const references = this.#u32(at + this.fields.refcount);
    return references === 0 || references > mostReferences ? `a page in use with ${references} references` : undefined;
  }

  #compound(pfn: number, next: number | undefined, type: number): { readonly order: number; readonly isHugetlb: boolean } {
    const { compound, types } = this.fields;
    const isHugetlb = types.hugetlb !== undefined && type === types.hugetlb;
    if (next === undefined || compound.form === 'unknown') return { order: 0, isHugetlb };
    const bytes = this.#bytes;
    // The low byte of a word of flags is its bits 0 to 7.
    const lowByte = next + this.fields.flags + (this.#little ? 0 : 7);
    const order =
      compound.form === 'flags'
        ? (bytes[lowByte] ?? 0)
        : compound.orderBytes === 1
          ? (bytes[next + compound.order] ?? 0)
          : this.#view.getUint16(next + compound.order, this.#little);
    const byTail =
      compound.form === 'flags' ? this.#has(next, compound.hugetlb) : compound.kind !== undefined && bytes[next + compound.kind.at] === compound.kind.hugetlb;
    const isOrder = order <= mostOrder && pfn % 2 ** order === 0;
    return { order: isOrder ? order : 0, isHugetlb: isHugetlb || byTail };
  }
}

const single = { order: 0, isHugetlb: false } as const;
