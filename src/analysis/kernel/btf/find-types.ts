/**
 * Finds the kernel's BTF: between __start_BTF and __stop_BTF, or where memory is searched for its header
 * (vmcoreinfo-kallsyms-btf.md section 4). It is believed when it parses to its exact end and every size and offset that vmcoreinfo
 * records is the same in it.
 */
import { hex } from '../../../shared/units.ts';
import type { DumpImage } from '../../formats/dump-format.ts';
import { createPace } from '../../jobs/pace.ts';
import { finish, paced, type Steps } from '../../jobs/steps.ts';
import type { MemoryReader } from '../../memory/reader.ts';
import type { SymbolSearch } from '../symbols/kallsyms.ts';
import type { KernelMemory } from '../memory/kernel-memory.ts';
import { vmcoreinfoHex, type Vmcoreinfo } from '../vmcoreinfo/vmcoreinfo.ts';
import { zeroPage } from '../memory/zero-page.ts';
import { btfHeader, btfHeaderBytes, longBtfHeaderBytes, kinds, btfSteps, type BtfTypes } from './btf-types.ts';
import { memberAt, resolved, sizeOf } from './type-layout.ts';
import { failed, isFailure, type Result } from '../../../shared/result.ts';

export interface KernelTypes {
  readonly types: BtfTypes;
  readonly source: string;
  /** Sizes and offsets of vmcoreinfo that are the same here. */
  readonly agreeing: number;
}

export type TypeSearch = Result<KernelTypes>;

const not = (why: string): TypeSearch => failed('BTF', why);
const maxBlob = 48 * 1024 * 1024;
/** The kernel's own is several MiB; modules have small ones. */
const minKernelTypes = 1 << 20;
const stepBytes = 1 << 20;
const maxCandidates = 4096;

const typed = [kinds.struct, kinds.union, kinds.typedef] as const;

/** Compares with SIZE(type) and OFFSET(struct.member). Keys about types that are not in the blob say nothing. */
export function compareWithVmcoreinfo(
  types: BtfTypes,
  vmcoreinfo: Vmcoreinfo,
  pointerBytes: number,
): { readonly agreeing: number; readonly differing: readonly string[] } {
  let agreeing = 0;
  const differing: string[] = [];
  for (const [key, value] of vmcoreinfo.entries) {
    const match = /^(SIZE|OFFSET)\((\w+)(?:\.([\w.]+))?\)$/.exec(key);
    if (match?.[2] === undefined || !/^\d{1,9}$/.test(value)) continue;
    const name = match[2];
    const path = match[3];
    const ids = types.named(name, typed);
    if (ids.length === 0) continue;
    const found = ids.map((id) => {
      if (path === undefined) return sizeOf(types, id, pointerBytes);
      const member = memberAt(types, resolved(types, id)?.id ?? 0, path, pointerBytes);
      return member === undefined ? undefined : member.bitOffset / 8;
    });
    const known = found.filter((one) => one !== undefined);
    if (known.length === 0) continue;
    if (known.includes(Number(value))) agreeing += 1;
    else differing.push(`${key} is ${value} in vmcoreinfo and ${known.join(' or ')} in BTF`);
  }
  return { agreeing, differing };
}

const minAgreeing = 10;

function* believed(bytes: Uint8Array, where: string, memory: KernelMemory, vmcoreinfo: Vmcoreinfo): Steps<TypeSearch> {
  const found = yield* btfSteps(bytes, memory.endian);
  if (isFailure(found)) return not(`BTF at ${where}: ${found.missing.why}`);
  const types = found.value;
  const { agreeing, differing } = compareWithVmcoreinfo(types, vmcoreinfo, memory.pointerBytes);
  if (differing[0] !== undefined) return not(`BTF at ${where} is not this kernel's: ${differing[0]}`);
  if (agreeing < minAgreeing) return not(`BTF at ${where}: only ${agreeing} sizes and offsets of vmcoreinfo can be compared with it`);
  return { value: { types, source: `BTF at ${where}, ${types.count} types`, agreeing } };
}

/** Those of the section .BTF of a file that the user gives. */
export function typesOfFile(btf: Uint8Array | undefined, file: string, memory: KernelMemory, vmcoreinfo: Vmcoreinfo | undefined): TypeSearch {
  if (btf === undefined) return not(`${file} has no section .BTF`);
  return vmcoreinfo === undefined ? not('no vmcoreinfo is known to verify types against') : finish(believed(btf, `.BTF of ${file}`, memory, vmcoreinfo));
}

/** By the symbols around it. */
export function* typesBySymbol(memory: KernelMemory, symbols: SymbolSearch, vmcoreinfo: Vmcoreinfo | undefined): Steps<TypeSearch> {
  if (vmcoreinfo === undefined) return not('no vmcoreinfo is known to verify types against');
  if (isFailure(symbols)) return not(symbols.missing.why);
  const [start] = symbols.value.lookup('__start_BTF');
  const [stop] = symbols.value.lookup('__stop_BTF');
  if (start === undefined || stop === undefined)
    return not('the symbol table has no __start_BTF: the kernel carries no BTF, or only symbols of functions are recorded');
  const length = Number(stop.address - start.address);
  if (length < btfHeaderBytes || length > maxBlob) return not(`__start_BTF and __stop_BTF are ${length} bytes apart`);
  const bytes = memory.bytes(start.address, length);
  if (bytes === undefined) return not(`BTF: ${memory.absence(start.address, length)?.detail ?? ''}`);
  const zero = zeroPage(memory, start.address, length);
  if (zero !== undefined) return not(`BTF: the page at ${hex(zero)} is all zero`);
  return yield* believed(bytes, hex(start.address), memory, vmcoreinfo);
}

const zeroes = Buffer.alloc(4096);

/** The first lost page of a blob whose first byte lies at `start`. */
function hasZeroPage(bytes: Uint8Array, start: bigint): boolean {
  const blob = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = Number((0x1000n - (start & 0xfffn)) & 0xfffn); at + 4096 <= blob.length; at += 4096) {
    if (blob.subarray(at, at + 4096).equals(zeroes)) return true;
  }
  return false;
}

/** Magic number, version and flags; how long the header is, it says itself. */
const headerPattern = ({ endian }: KernelMemory): Buffer => Buffer.from(endian === 'big' ? [0xeb, 0x9f, 1, 0] : [0x9f, 0xeb, 1, 0]);

/** Read-only data, which BTF is of, follows the text; distribution kernels have up to 40 MiB of both. */
const imageBytes = 96 * 1024 * 1024;

/** In the kernel's image alone, from its text on: where no symbol leads to types and memory is not to be scanned. */
export function* typesInImage(memory: KernelMemory, vmcoreinfo: Vmcoreinfo | undefined): Steps<TypeSearch> {
  const text = vmcoreinfoHex(vmcoreinfo, 'SYMBOL(_stext)');
  if (vmcoreinfo === undefined || text === undefined) return not('vmcoreinfo does not say where the kernel image lies');
  const pattern = headerPattern(memory);
  let why = 'no BTF was found in the kernel image';
  let seen = 0;
  for (let start = text - (text % 8n); start < text + BigInt(imageBytes); start += BigInt(stepBytes)) {
    yield;
    const { bytes: part } = memory.partial(start, stepBytes + pattern.length);
    const buffer = Buffer.from(part.buffer, part.byteOffset, part.byteLength);
    for (let at = buffer.indexOf(pattern); at !== -1 && at < stepBytes; at = buffer.indexOf(pattern, at + 4)) {
      const address = start + BigInt(at);
      const header = btfHeader(memory.bytes(address, longBtfHeaderBytes) ?? new Uint8Array(0), memory.endian);
      if (header === undefined || header.typeBytes < minKernelTypes || header.bytes > maxBlob) continue;
      if ((seen += 1) > maxCandidates) return not(why);
      const bytes = memory.bytes(address, header.bytes);
      if (bytes === undefined || zeroPage(memory, address, header.bytes) !== undefined) continue;
      const found = yield* believed(bytes, hex(address), memory, vmcoreinfo);
      if (!isFailure(found)) return found;
      ({ why } = found.missing);
    }
  }
  return not(why);
}

/** Searches stored memory for the header at 4-byte steps. The image is contiguous in physical memory, and so is the blob. @throws Cancelled */
export async function scanForTypes(
  image: DumpImage,
  reader: MemoryReader,
  memory: KernelMemory,
  vmcoreinfo: Vmcoreinfo | undefined,
  signal: AbortSignal | undefined,
): Promise<TypeSearch> {
  if (vmcoreinfo === undefined) return not('no vmcoreinfo is known to verify types against');
  const pattern = headerPattern(memory);
  const pace = createPace(signal);
  const buffer = Buffer.alloc(stepBytes + pattern.length);
  let seen = 0;
  let why = 'no BTF was found in memory: the kernel carries none, or it is not in the dump';
  for (const extent of image.memory.extents) {
    if (extent.state !== 'stored') continue;
    for (let start = extent.start; start < extent.end; start += BigInt(stepBytes)) {
      await pace.breathe(() => undefined);
      const left = extent.end - start;
      const length = left < BigInt(buffer.length) ? Number(left) : buffer.length;
      image.memory.read(start, buffer.subarray(0, length));
      for (let at = buffer.subarray(0, length).indexOf(pattern); at !== -1 && at < stepBytes; at = buffer.subarray(0, length).indexOf(pattern, at + 4)) {
        const address = start + BigInt(at);
        const header = btfHeader(reader.readPresent(address, longBtfHeaderBytes) ?? new Uint8Array(0), memory.endian);
        if (header === undefined || header.typeBytes < minKernelTypes || header.bytes > maxBlob || address + BigInt(header.bytes) > reader.end) continue;
        if ((seen += 1) > maxCandidates) return not(why);
        const bytes = reader.readPresent(address, header.bytes);
        const found =
          bytes === undefined || hasZeroPage(bytes, address)
            ? not(`BTF at absolute ${hex(address)}: a page of it is not in the dump`)
            : await paced(believed(bytes, `absolute ${hex(address)}`, memory, vmcoreinfo), signal);
        if (!isFailure(found)) return found;
        ({ why } = found.missing);
      }
    }
  }
  return not(why);
}
