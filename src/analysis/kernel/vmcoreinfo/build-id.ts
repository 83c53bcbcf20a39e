/**
 * The build ID of the kernel image in memory, held against BUILD-ID of a vmcoreinfo: the same release can have been built twice. The
 * note (name "GNU", type NT_GNU_BUILD_ID) lies in .notes at the end of the read-only data, between _stext and init_uts_ns (RO_DATA of
 * include/asm-generic/vmlinux.lds.h; the vDSO images that lie there too have notes of their own). Modules and programs lie elsewhere.
 */
import { hex } from '../../../shared/units.ts';
import type { DumpImage } from '../../formats/dump-format.ts';
import { createPace } from '../../jobs/pace.ts';
import type { MemoryReader } from '../../memory/reader.ts';
import { kernelToAbsolute } from './kernel-address.ts';
import { vmcoreinfoHex, type Vmcoreinfo } from './vmcoreinfo.ts';

export type BuildIdLook =
  | { readonly kind: 'same'; readonly at: bigint }
  /** All of the image was read, and none of its build IDs is the wanted one. */
  | { readonly kind: 'other'; readonly ids: readonly string[] }
  | { readonly kind: 'unknown' };

const unknown: BuildIdLook = { kind: 'unknown' };
/** Mostly the note lies in one of the first few. */
const stepBytes = 1 << 16;
/** What a note takes: header, name, and at most 20 bytes. */
const noteBytes = 36;
/** No kernel image is larger. */
const maxImageBytes = 256n << 20n;
const name = Buffer.from('GNU\0');
const NT_GNU_BUILD_ID = 3;
const headerBytes = 12;
/** vmlinux_build_id has 20 bytes; shorter IDs are filled with zeros (lib/buildid.c, parse_build_id_buf). */
const idDigits = 40;

/** Build IDs in a piece of memory, each with its position. */
function idsIn(piece: Buffer, isLittle: boolean): readonly { readonly at: number; readonly id: string }[] {
  const found: { readonly at: number; readonly id: string }[] = [];
  for (let named = piece.indexOf(name); named !== -1; named = piece.indexOf(name, named + 1)) {
    const at = named - headerBytes;
    if (at < 0 || at % 4 !== 0) continue;
    const [nameSize, idSize, type] = [0, 4, 8].map((more) => (isLittle ? piece.readUInt32LE(at + more) : piece.readUInt32BE(at + more)));
    if (nameSize !== name.length || type !== NT_GNU_BUILD_ID || idSize === undefined || idSize < 8 || idSize > 20 || named + 4 + idSize > piece.length)
      continue;
    found.push({
      at,
      id: piece
        .subarray(named + 4, named + 4 + idSize)
        .toString('hex')
        .padEnd(idDigits, '0'),
    });
  }
  return found;
}

/**
 * Looks for BUILD-ID of a vmcoreinfo in the image that its addresses lead to, from init_uts_ns downwards: the note lies near there.
 * @throws Cancelled
 */
export async function lookForBuildId(image: DumpImage, memory: MemoryReader, vmcoreinfo: Vmcoreinfo, signal: AbortSignal | undefined): Promise<BuildIdLook> {
  const wanted = vmcoreinfo.entries.get('BUILD-ID')?.toLowerCase();
  const { arch, endian } = image.machine;
  const [first, last] = ['SYMBOL(_stext)', 'SYMBOL(init_uts_ns)'].map((key) => {
    const symbol = vmcoreinfoHex(vmcoreinfo, key);
    return symbol === undefined ? undefined : kernelToAbsolute(arch, symbol, vmcoreinfo, memory);
  });
  if (wanted === undefined || !/^[0-9a-f]{40}$/.test(wanted) || first === undefined || last === undefined || last <= first || last - first > maxImageBytes)
    return unknown;
  const pace = createPace(signal);
  const ids = new Set<string>();
  let isWhole = true;
  const start = first & ~3n;
  for (let end = last & ~3n; end > start; end -= BigInt(stepBytes)) {
    await pace.breathe(() => undefined);
    const from = end - start > BigInt(stepBytes) ? end - BigInt(stepBytes) : start;
    // Notes that begin in this step may end in the one before it.
    const { bytes, absent } = memory.read(from, Number(end - from) + noteBytes);
    if (absent.length > 0) isWhole = false;
    for (const { at, id } of idsIn(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), endian === 'little')) {
      if (id === wanted) return { kind: 'same', at: from + BigInt(at) };
      ids.add(id);
    }
  }
  return isWhole && ids.size > 0 ? { kind: 'other', ids: [...ids] } : unknown;
}

/** What a look says of the text, in words that continue from "it fits" or against it. */
export function buildIdWords(vmcoreinfo: Vmcoreinfo, look: BuildIdLook): string {
  const id = vmcoreinfo.entries.get('BUILD-ID') ?? '';
  if (look.kind === 'same') return `its BUILD-ID is in the kernel image, at absolute ${hex(look.at)}`;
  return look.kind === 'unknown' ? '' : `its BUILD-ID ${id} is not in the kernel image in memory, which has ${look.ids.slice(0, 3).join(', ')}`;
}
