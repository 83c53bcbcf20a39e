/**
 * Reads of the kernel's virtual addresses. Each page is looked up once: by the rules of the identity map and the kernel image,
 * else through the kernel's page tables (vmalloc, modules, vmemmap). Nothing here throws on what a dump holds: a value that
 * cannot be read is undefined, and `absence` says why.
 */
import { hex, type AbsoluteAddress, type VirtualAddress } from '../../../shared/units.ts';
import type { Architecture } from '../../arch/architecture-name.ts';
import { architectures } from '../../arch/index.ts';
import type { KernelBytes } from '../../arch/kernel-view.ts';
import type { PageWalk } from '../../arch/page-walk.ts';
import type { DumpImage } from '../../formats/dump-format.ts';
import type { MemoryReader } from '../../memory/reader.ts';
import { kernelToAbsolute } from '../vmcoreinfo/kernel-address.ts';
import type { Vmcoreinfo } from '../vmcoreinfo/vmcoreinfo.ts';

/** Why there is no value: no translation leads anywhere, or the dump has no bytes where it leads. */
export interface KernelAbsence {
  /** First virtual address without bytes. */
  readonly address: VirtualAddress;
  readonly reason: 'untranslated' | 'excluded' | 'missing' | 'unreadable' | 'encrypted';
  readonly detail: string;
}

export interface KernelMemory extends KernelBytes {
  readonly arch: Architecture;
  readonly endian: 'big' | 'little';
  /** Bytes of a pointer and of an unsigned long. */
  readonly pointerBytes: 4 | 8;
  /** Absolute address of a virtual one, whether or not the dump holds bytes there. */
  translate(address: VirtualAddress): AbsoluteAddress | undefined;
  /** The bytes if all of them are in the dump, else undefined. At most 64 MiB. */
  bytes(address: VirtualAddress, length: number): Uint8Array | undefined;
  /** What there is: absent bytes are zero, and `absences` lists the first of each page that has none. At most 64 MiB. */
  partial(address: VirtualAddress, length: number): { readonly bytes: Uint8Array; readonly absences: readonly KernelAbsence[] };
  /** Text up to a NUL, as Latin-1. Undefined when no NUL comes within `limit` bytes or a byte before it is absent. */
  cstring(address: VirtualAddress, limit: number): string | undefined;
  /** All bytes of the page of an address, if they are in the dump. Not a copy: nothing is written to them. */
  page(address: VirtualAddress): Uint8Array | undefined;
  /** Whether the page of an address is in the dump and all zero. */
  isZeroPage(address: VirtualAddress): boolean;
  /** Why `bytes` gives nothing; undefined when it does. */
  absence(address: VirtualAddress, length: number): KernelAbsence | undefined;
}

export interface KernelMemoryParts {
  readonly image: DumpImage;
  readonly memory: MemoryReader;
  readonly vmcoreinfo: Vmcoreinfo | undefined;
  /** s390x: an element of some CPU that maps the kernel; asked for only when swapper_pg_dir cannot be found. */
  readonly asce: () => bigint | undefined;
}

const pageBits = 12n;
const pageBytes = 4096;
const pageMask = 0xfffn;
const maxRead = 64 * 1024 * 1024;
/** Reads from this many pages on are done at once where the pages lie one after the other in the dump too, and are not kept. */
const runPages = 16;
const mostRunPages = 256;
/** Pages kept: 8 MiB. The oldest half goes when they are full. */
const maxPages = 2048;
const addressEnd = 1n << 64n;

/** `zero` once somebody asked. */
type Page = { readonly bytes: Uint8Array; zero?: boolean } | { readonly absence: Omit<KernelAbsence, 'address'> };

function isZero(bytes: Uint8Array): boolean {
  for (let at = 0; at < bytes.length; at += 1) if (bytes[at] !== 0) return false;
  return true;
}

export function kernelMemory(parts: KernelMemoryParts): KernelMemory {
  const { image, memory, vmcoreinfo } = parts;
  const { arch, endian } = image.machine;
  const ops = architectures[arch];
  const pointerBytes = image.machine.bits === 64 ? 8 : 4;
  const little = endian === 'little';
  const empty: Vmcoreinfo = { source: 'nothing', text: '', entries: new Map() };
  let walk: { readonly to: ((address: VirtualAddress) => PageWalk) | undefined } | undefined;
  const tables = (): ((address: VirtualAddress) => PageWalk) | undefined => (walk ??= { to: ops.paging?.kernelWalk(vmcoreinfo, memory, parts.asce) }).to;
  let rule: ((address: VirtualAddress) => boolean) | undefined;
  /** By the numbers of the pages, which are below 2 ** 52: keys that are not BigInts are found in a fraction of the time. */
  const pages = new Map<number, Page>();

  const holds = (absolute: AbsoluteAddress): boolean => image.ranges.holds(absolute);

  function locate(address: VirtualAddress): { readonly absolute: AbsoluteAddress } | { readonly why: string } {
    if (vmcoreinfo?.unplaced !== undefined) return { why: vmcoreinfo.unplaced };
    rule ??= ops.kernelAddressHolds(vmcoreinfo, () => tables() !== undefined);
    const byRule = rule(address) ? kernelToAbsolute(arch, address, vmcoreinfo ?? empty, memory) : undefined;
    if (byRule !== undefined && holds(byRule)) return { absolute: byRule };
    // Where virtual is absolute, an address past the memory of the machine is a mapped one.
    const to = tables();
    if (to === undefined && byRule !== undefined) return { absolute: byRule };
    if (to === undefined) return { why: `${hex(address)} is neither in the identity map nor in the kernel image, and no page tables are known` };
    const found = to(address);
    if (found.absolute === undefined) return { why: `${hex(address)}: ${found.failure ?? 'the walk leads nowhere'}` };
    if (found.absolute >= memory.end) return { why: `${hex(address)} is mapped to ${hex(found.absolute)}, past the end of the dump` };
    return { absolute: found.absolute };
  }

  function load(page: number): Page {
    const place = locate(BigInt(page) << pageBits);
    if ('why' in place) return { absence: { reason: 'untranslated', detail: place.why } };
    const read = memory.read(place.absolute, pageBytes);
    const gap = read.absences[0];
    if (gap === undefined) return { bytes: read.bytes };
    return {
      absence: { reason: gap.state, detail: `absolute ${hex(gap.start)} is ${gap.state} in this dump${gap.reason === undefined ? '' : `: ${gap.reason}`}` },
    };
  }

  let last: { readonly key: number; readonly page: Page } | undefined;

  function pageOf(address: VirtualAddress): Page {
    const key = Number(address >> pageBits);
    if (last?.key === key) return last.page;
    const page = keptPage(key);
    last = { key, page };
    return page;
  }

  function keptPage(key: number): Page {
    const known = pages.get(key);
    if (known !== undefined) return known;
    if (pages.size >= maxPages) {
      for (const old of [...pages.keys()].slice(0, maxPages / 2)) pages.delete(old);
    }
    const page = load(key);
    pages.set(key, page);
    return page;
  }

  /** Begins a long read with what lies in one run in the dump. @returns bytes that it read; 0 where that is not a run, or not all of it has bytes */
  function readRun(address: VirtualAddress, target: Uint8Array): number {
    const within = Number(address & pageMask);
    const wanted = Math.min(mostRunPages, Math.ceil((within + target.length) / pageBytes));
    const page = address >> pageBits;
    const first = locate(page << pageBits);
    if ('why' in first) return 0;
    let pages = 1;
    while (pages < wanted) {
      const next = locate((page + BigInt(pages)) << pageBits);
      if ('why' in next || next.absolute !== first.absolute + BigInt(pages * pageBytes)) break;
      pages += 1;
    }
    const length = Math.min(target.length, pages * pageBytes - within);
    const read = memory.read(first.absolute + BigInt(within), length);
    if (read.absences.length > 0) return 0;
    target.set(read.bytes);
    return length;
  }

  function partial(address: VirtualAddress, length: number): ReturnType<KernelMemory['partial']> {
    const isOutside = address < 0n || address + BigInt(length) > addressEnd;
    if (length < 0 || length > maxRead || isOutside) {
      const why = isOutside ? 'are not within the address space' : 'are too many to read at once';
      return { bytes: new Uint8Array(0), absences: [{ address, reason: 'untranslated', detail: `${length} bytes at ${hex(address)} ${why}` }] };
    }
    const bytes = new Uint8Array(length);
    const absences: KernelAbsence[] = [];
    let single = length < runPages * pageBytes ? length : 0;
    for (let done = 0; done < length;) {
      const at = address + BigInt(done);
      const run = done < single ? 0 : readRun(at, bytes.subarray(done));
      if (run > 0) {
        done += run;
        continue;
      }
      // Where there is no run, so many pages are read one by one before the next attempt.
      if (done >= single) single = done + runPages * pageBytes;
      const within = Number(at & pageMask);
      const count = Math.min(length - done, pageBytes - within);
      const page = pageOf(at);
      if ('bytes' in page) bytes.set(page.bytes.subarray(within, within + count), done);
      else absences.push({ address: at, ...page.absence });
      done += count;
    }
    return { bytes, absences };
  }

  const bytes = (address: VirtualAddress, length: number): Uint8Array | undefined => {
    const within = Number(address & pageMask);
    if (length >= 0 && within + length <= pageBytes && address >= 0n && address < addressEnd) {
      const page = pageOf(address);
      return 'bytes' in page ? page.bytes.slice(within, within + length) : undefined;
    }
    const read = partial(address, length);
    return read.absences.length === 0 ? read.bytes : undefined;
  };
  const view = (address: VirtualAddress, length: number): DataView | undefined => {
    if (address < 0n || address >= addressEnd) return undefined;
    const within = Number(address & pageMask);
    if (within + length > pageBytes) {
      const found = bytes(address, length);
      return found === undefined ? undefined : new DataView(found.buffer);
    }
    const page = pageOf(address);
    return 'bytes' in page ? new DataView(page.bytes.buffer, page.bytes.byteOffset + within, length) : undefined;
  };
  const u32 = (address: VirtualAddress): number | undefined => view(address, 4)?.getUint32(0, little);
  const u64 = (address: VirtualAddress): bigint | undefined => view(address, 8)?.getBigUint64(0, little);

  function cstring(address: VirtualAddress, limit: number): string | undefined {
    let text = '';
    for (let done = 0; done < limit;) {
      const at = address + BigInt(done);
      const count = Math.min(limit - done, pageBytes - Number(at & pageMask));
      const piece = bytes(at, count);
      if (piece === undefined) return undefined;
      const end = piece.indexOf(0);
      text += Buffer.from(end === -1 ? piece : piece.subarray(0, end)).toString('latin1');
      if (end !== -1) return text;
      done += count;
    }
    return undefined;
  }

  return {
    arch,
    endian,
    pointerBytes,
    translate(address) {
      if (address < 0n || address >= addressEnd) return undefined;
      const place = locate(address);
      return 'absolute' in place ? place.absolute : undefined;
    },
    bytes,
    partial,
    u8: (address) => view(address, 1)?.getUint8(0),
    u16: (address) => view(address, 2)?.getUint16(0, little),
    u32,
    s32: (address) => view(address, 4)?.getInt32(0, little),
    u64,
    pointer: (address) => {
      if (pointerBytes === 8) return u64(address);
      const value = u32(address);
      return value === undefined ? undefined : BigInt(value);
    },
    cstring,
    page(address) {
      if (address < 0n || address >= addressEnd) return undefined;
      const page = pageOf(address);
      return 'bytes' in page ? page.bytes : undefined;
    },
    isZeroPage(address) {
      if (address < 0n || address >= addressEnd) return false;
      const page = pageOf(address);
      return 'bytes' in page && (page.zero ??= isZero(page.bytes));
    },
    absence: (address, length) => partial(address, length).absences[0],
  };
}
