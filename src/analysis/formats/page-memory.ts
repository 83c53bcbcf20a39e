/** Memory of containers that keep every page on its own: a locator says where a page is, the rest is the same for all. */
import { pageSize } from '../../shared/units.ts';
import { pageStateCodes, type Absence, type ExtentState, type MemoryImage, type ExtentMap } from './dump-format.ts';
import { faultText, type ByteSource, type FileFault } from '../source/byte-source.ts';

export type PageContent =
  { readonly state: 'stored' } | { readonly state: Exclude<ExtentState, 'stored'>; readonly reason?: string; readonly fault?: FileFault };

/** A page whose bytes a read does not give. */
export function unreadablePage(source: ByteSource, at: number, atEnd: string): PageContent {
  const fault = source.faultAt?.(at);
  return fault === undefined ? { state: 'unreadable', reason: atEnd } : { state: 'unreadable', reason: faultText(fault), fault };
}

export interface PageLocator {
  /** One past the last page frame that the dump describes. */
  readonly pages: number;
  /** Covers [0, pages * 4096) without holes. */
  readonly extents: ExtentMap;
  /** Puts the bytes of a page into `target` (4096 bytes), or says why not; then what `target` holds does not matter. */
  load(pfn: number, target: Uint8Array): PageContent;
}

const pageBytes = BigInt(pageSize);

export function pageMemory(locator: PageLocator): MemoryImage {
  const end = BigInt(locator.pages) * pageBytes;
  const page = new Uint8Array(pageSize);
  let held = -1;
  let content: PageContent = { state: 'stored' };

  const load = (pfn: number): PageContent => {
    if (pfn === held) return content;
    held = pfn;
    content = locator.load(pfn, page);
    if (content.state !== 'stored') page.fill(0);
    return content;
  };
  return {
    end,
    extents: locator.extents,
    read(address, target) {
      const stop = address + BigInt(target.length);
      const absent: Absence[] = [];
      target.fill(0);
      for (let at = address; at < stop && at < end;) {
        const pfn = Number(at / pageBytes);
        const pageStart = BigInt(pfn) * pageBytes;
        const to = pageStart + pageBytes < stop ? pageStart + pageBytes : stop;
        const found = load(pfn);
        if (found.state === 'stored') target.set(page.subarray(Number(at - pageStart), Number(to - pageStart)), Number(at - address));
        else if (found.state !== 'zero') {
          const last = absent.at(-1);
          if (last?.end === at && last.state === found.state && last.reason === found.reason) absent[absent.length - 1] = { ...last, end: to };
          else absent.push({ start: at, end: to, ...found, state: found.state });
        }
        at = to;
      }
      if (stop > end && stop > address)
        absent.push({ start: address > end ? address : end, end: stop, state: 'missing', reason: 'past the last page of the dump' });
      return absent;
    },
    readPages(firstPfn, target, states) {
      const known = locator.extents.from(BigInt(firstPfn) * pageBytes);
      let extent = known.next().value;
      for (let index = 0; index < states.length; index += 1) {
        const address = BigInt(firstPfn + index) * pageBytes;
        while (extent !== undefined && extent.end <= address) extent = known.next().value;
        const state = extent?.state ?? 'missing';
        const found = state === 'stored' ? load(firstPfn + index) : { state };
        states[index] = pageStateCodes.indexOf(found.state);
        const bytes = target.subarray(index * pageSize, (index + 1) * pageSize);
        if (found.state === 'stored') bytes.set(page);
        else bytes.fill(0);
      }
    },
  };
}
