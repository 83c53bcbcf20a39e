/**
 * What bitmaps, page descriptors and the size of a kdump-compressed dump say of one another when it is opened (kdump-compressed.md
 * sections 4 and 5). The table of a large dump is looked at in places only; the check `bitmap-count` reads all of it.
 */
import type { Finding } from '../../shared/model.ts';
import type { Steps } from '../jobs/steps.ts';
import { faultText } from '../source/byte-source.ts';
import { surplusDescriptors } from './kdump-bitmaps.ts';
import type { KdumpGeometry, KdumpPart } from './kdump-geometry.ts';
import { pageDescriptor } from './kdump-layout.ts';
import type { PageBitmap } from './page-bitmap.ts';
import { defined } from '../../shared/defined.ts';

const descriptorBytes = pageDescriptor.size;
const blockDescriptors = 1024;
/** In all parts together: 1.5 MiB of the tables, all of a dump with 256 MiB stored. */
const mostLooked = 64 * blockDescriptors;
const twoTo32 = 2 ** 32;

export interface KdumpStructure {
  readonly findings: readonly Finding[];
  /** How many of the page descriptors the findings rest on, for the source of a fact. */
  readonly descriptors: string;
}

/** What the descriptors say that were looked at. */
interface TableLook {
  readonly looked: number;
  /** Lowest file offset that a descriptor names, if any does. */
  readonly firstData: number | undefined;
  /** Descriptors that name no place where data can lie. */
  readonly placeless: number;
  /** File offset of the first run of them, and its bytes. */
  readonly where: { readonly fileOffset: number; readonly bytes: number } | undefined;
}

/** First descriptors of the blocks that are looked at: all, or some from the first to the last. */
function lookedBlocks(pages: number, most: number): readonly number[] {
  if (pages <= most) return Array.from({ length: Math.ceil(pages / blockDescriptors) }, (_, index) => index * blockDescriptors);
  const blocks = Math.max(2, Math.floor(most / blockDescriptors));
  const last = pages - blockDescriptors;
  return Array.from({ length: blocks }, (_, index) => Math.floor((index * Math.max(0, last)) / (blocks - 1)));
}

/** Whether a place within the table holds a descriptor, and no data: what leads there is damaged, and the table continues. */
function isOfTable(part: KdumpPart, offset: number, end: number, geometry: KdumpGeometry): boolean {
  if (offset >= end) return false;
  return (offset - part.descriptors) % descriptorBytes !== 0 || surplusDescriptors(part, offset, offset + descriptorBytes, geometry) > 0;
}

function* lookAtTable(part: KdumpPart, pages: number, geometry: KdumpGeometry, most: number): Steps<TableLook> {
  const { source, descriptors, ranOut } = part;
  const little = geometry.endian === 'little';
  const end = descriptors + pages * descriptorBytes;
  const bytes = new Uint8Array(Math.min(blockDescriptors, pages) * descriptorBytes);
  const data = new DataView(bytes.buffer);
  let looked = 0;
  let firstData: number | undefined;
  let placeless = 0;
  let where: TableLook['where'];
  for (const first of lookedBlocks(pages, most)) {
    yield;
    const start = descriptors + first * descriptorBytes;
    const wanted = bytes.subarray(0, Math.min(blockDescriptors, pages - first) * descriptorBytes);
    const got = start >= source.size ? 0 : source.readInto(start, wanted);
    for (let from = 0; from + descriptorBytes <= got; from += descriptorBytes) {
      const at = start + from;
      looked += 1;
      // Where data begin before the last descriptor, what follows is not a descriptor.
      if (firstData !== undefined && at + descriptorBytes > firstData) continue;
      const [one, other] = [data.getUint32(from, little), data.getUint32(from + 4, little)];
      const offset = little ? other * twoTo32 + one : one * twoTo32 + other;
      if (offset >= descriptors) {
        if (firstData !== undefined && offset >= firstData) continue;
        if (!isOfTable(part, offset, end, geometry)) {
          firstData = offset;
          continue;
        }
      }
      if (ranOut && offset === 0 && data.getUint32(from + 8, little) === 0) continue;
      placeless += 1;
      if (where === undefined) where = { fileOffset: at, bytes: descriptorBytes };
      else if (where.fileOffset + where.bytes === at) where = { fileOffset: where.fileOffset, bytes: where.bytes + descriptorBytes };
    }
    if (got < wanted.length) break;
  }
  return { looked, firstData, placeless, where };
}

function placelessFinding({ source: { name }, ranOut }: KdumpPart, { looked, placeless, where }: TableLook, pages: number): Finding {
  const of = looked === pages ? `of its ${pages} page descriptors` : `of the ${looked} of its ${pages} page descriptors that were looked at`;
  const names = placeless === 1 ? 'names' : 'name';
  const why = ranOut
    ? 'those of pages that were no longer written are zero'
    : 'no status bit says that the dump ran out of space: the table was damaged, or never written to its end';
  return {
    id: 'container-complete/page-descriptors',
    severity: 'error',
    title: 'Page descriptors name no data',
    detail: `${name}: ${placeless} ${of} ${names} no place where page data can lie, the first at file offset 0x${(where?.fileOffset ?? 0).toString(16)}; ${why}`,
    ...defined({ where }),
  };
}

/** Bits of the bitmap and descriptors that cannot both be right: from the wrong bit on, each page is read from another one's place. */
function countFinding(part: KdumpPart, look: TableLook, pages: number, geometry: KdumpGeometry): Finding | undefined {
  const end = part.descriptors + pages * descriptorBytes;
  const { firstData, looked } = look;
  if (firstData === undefined) return undefined;
  // Where the first data lie is known for certain only of a table that was read to its end; one that was not filled is named otherwise.
  const surplus = looked === pages && !part.ranOut && firstData > end ? surplusDescriptors(part, end, firstData, geometry) : 0;
  if (firstData >= end && surplus === 0) return undefined;
  const described = surplus > 0 ? pages + surplus : Math.floor((firstData - part.descriptors) / descriptorBytes);
  const instead =
    surplus > 0 ? `${surplus === 1 ? 'one more descriptor follows' : `${surplus} more descriptors follow`} there` : `data begin at 0x${firstData.toString(16)}`;
  return {
    id: 'container-complete/page-bitmap',
    severity: 'error',
    title: 'The page bitmap and the page descriptors contradict one another',
    detail: `${part.source.name}: bitmap 2 lists ${pages} pages, whose descriptors would end at 0x${end.toString(16)}, but ${instead}; after a wrong bit, every page is read from the place of another, and what is reported about memory is wrong`,
    where: { fileOffset: geometry.bitmap2Offset, bytes: Math.ceil(geometry.maxMapnr / 8) },
    recorded: String(pages),
    computed: String(described),
  };
}

/** The last descriptor points to the last data, or nearly: if it lies past the end of the file, the file is cut off. */
function lastDataEnd({ source }: KdumpPart, descriptorsEnd: number, pages: number, little: boolean): Finding | undefined {
  const looked = Math.min(pages, 64);
  const bytes = new Uint8Array(looked * descriptorBytes);
  const at = descriptorsEnd - bytes.length;
  if (looked === 0 || source.readInto(at, bytes) < bytes.length) return undefined;
  const data = new DataView(bytes.buffer);
  let end = 0n;
  for (let index = 0; index < looked; index += 1) {
    const dataEnd = data.getBigUint64(index * descriptorBytes, little) + BigInt(data.getUint32(index * descriptorBytes + 8, little));
    if (dataEnd > end) end = dataEnd;
  }
  if (end <= BigInt(source.size)) return undefined;
  return {
    id: 'container-complete/truncated',
    severity: 'error',
    title: 'The file is cut off',
    detail: `the last page descriptors of ${source.name} point to data past its end`,
    where: { fileOffset: at, bytes: bytes.length },
    recorded: `0x${end.toString(16)} bytes`,
    computed: `0x${source.size.toString(16)} bytes`,
  };
}

/** @param bits of the headers' writer */
export function* kdumpStructure(geometry: KdumpGeometry, { bits }: { readonly bits: 32 | 64 }, stored: PageBitmap): Steps<KdumpStructure> {
  const findings: Finding[] = [];
  const { parts, maxMapnr } = geometry;
  const little = geometry.endian === 'little';
  for (const part of parts) {
    if (!part.ranOut) continue;
    findings.push({
      id: 'container-complete/incomplete-flag',
      severity: 'error',
      title: 'The dump is marked incomplete',
      detail: `${parts.length === 1 ? '' : `${part.source.name}: `}status bit 0x08 is set: its writer ran out of space, or did not have all pages itself; pages without data are shown as missing`,
      where: { fileOffset: bits === 64 ? 424 : 412, bytes: 4 },
    });
  }
  const fault = stored.faultIn(0, maxMapnr);
  if (fault !== undefined) {
    findings.push({
      id: 'container-complete/bitmap',
      severity: 'error',
      title: 'The bitmap of stored pages cannot be read',
      detail: `${faultText(fault)}: which of its pages are stored, and where those after them lie, is not known`,
      where: { fileOffset: fault.offset, bytes: fault.bytes },
    });
    return { findings, descriptors: 'descriptors' };
  }
  const most = Math.floor(mostLooked / parts.length);
  let [looked, all] = [0, 0];
  for (const part of parts) {
    // That its disk does not give the rest is said of the packed file.
    if (part.source.rest?.fault !== undefined) continue;
    const { source, descriptors } = part;
    // A damaged range may end before it starts.
    const pages = Math.max(0, stored.rank(Math.min(part.end, maxMapnr)) - stored.rank(Math.min(part.start, maxMapnr)));
    const end = descriptors + pages * descriptorBytes;
    const cut = source.size < descriptors ? 'within the headers and bitmaps' : source.size < end ? 'within the page descriptors' : undefined;
    all += pages;
    if (cut !== undefined) {
      findings.push({
        id: 'container-complete/truncated',
        severity: 'error',
        title: 'The file is cut off',
        detail: `${source.name} ends ${cut}`,
        recorded: `at least ${end} bytes`,
        computed: `${source.size} bytes`,
      });
      continue;
    }
    const look = yield* lookAtTable(part, pages, geometry, most);
    looked += look.looked;
    const contradiction = countFinding(part, look, pages, geometry);
    // What the last descriptors say is not a sign where they are none.
    const lost = contradiction ?? lastDataEnd(part, end, pages, little);
    if (lost !== undefined) findings.push(lost);
    if (look.placeless > 0) findings.push(placelessFinding(part, look, pages));
  }
  return { findings, descriptors: looked === all ? 'descriptors' : `${looked} of ${all} descriptors` };
}
