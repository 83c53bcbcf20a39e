/**
 * VMCOREINFO without a note: its text starts a page of its own, or follows a note header at the start of one
 * (vmcoreinfo-kallsyms-btf.md section 1). Copies that differ are judged in vmcoreinfo-fit.ts.
 */
import { hex, type AddressRange } from '../../../shared/units.ts';
import { pageStateCodes, type DumpImage } from '../../formats/dump-format.ts';
import { createPace } from '../../jobs/pace.ts';
import type { MemoryReader } from '../../memory/reader.ts';
import { parseVmcoreinfo, placedVmcoreinfo, type Vmcoreinfo } from './vmcoreinfo.ts';

const pageBytes = 4096;
const stepPages = 256;
const stepBytes = stepPages * pageBytes;
const textStart = Buffer.from('OSRELEASE=');
const noteName = Buffer.from('VMCOREINFO\0');
const noteNameAt = 12;
const noteTextAt = 24;
/** The text takes at most a page of the kernel's; those of aarch64 and ppc64 may have 64 KiB. */
const maxText = 64 * 1024;
const maxCopies = 64;
const minLines = 10;
const lineForm = /^[A-Za-z][\w().:*-]*=[\u0020-\u007e]*$/;

const larger = (a: bigint, b: bigint): bigint => (a > b ? a : b);
const smaller = (a: bigint, b: bigint): bigint => (a < b ? a : b);

/** The text at an address, if it looks like one: lines of KEY=VALUE up to the NUL after the last. */
function textAt(memory: MemoryReader, address: bigint): Vmcoreinfo | undefined {
  const { bytes, absent } = memory.read(address, Number(address + BigInt(maxText) > memory.end ? memory.end - address : BigInt(maxText)));
  const end = bytes.indexOf(0);
  const whole = end === -1 ? bytes.length : end;
  if (absent.some((gap) => gap.start < whole)) return undefined;
  const lines = Buffer.from(bytes.subarray(0, whole)).toString('latin1').split('\n');
  const firstBad = lines.findIndex((line) => !lineForm.test(line));
  const kept = firstBad === -1 ? lines : lines.slice(0, firstBad);
  const text = `${kept.join('\n')}\n`;
  const found = parseVmcoreinfo(text);
  if (kept.length < minLines || !found.has('PAGESIZE') || ![...found.keys()].some((key) => key.startsWith('SYMBOL('))) return undefined;
  return { source: `memory, absolute ${hex(address)}, found by its text`, address, text, entries: found };
}

/** What a page holds at its start. */
function candidateAt(page: Buffer): number | undefined {
  if (page.subarray(0, textStart.length).equals(textStart)) return 0;
  const isNote = page.subarray(noteNameAt, noteNameAt + noteName.length).equals(noteName);
  return isNote && page.subarray(noteTextAt, noteTextAt + textStart.length).equals(textStart) ? noteTextAt : undefined;
}

const stored = pageStateCodes.indexOf('stored');

/** Bytes of a range; whole pages, as nearly all are, by the bulk form, which decodes compressed ones in half the time. */
function readStep({ memory }: DumpImage, start: bigint, bytes: Uint8Array, states: Uint8Array): void {
  if (start % BigInt(pageBytes) === 0n && bytes.length % pageBytes === 0) {
    memory.readPages(Number(start / BigInt(pageBytes)), bytes, states.subarray(0, bytes.length / pageBytes));
    return;
  }
  memory.read(start, bytes);
  states.fill(stored);
}

/**
 * Reads every stored page's start.
 * @param most stored bytes that are looked through, from the lowest address on; all without it
 * @param within looked through alone
 * @returns copies in the order of their addresses; at most 64
 * @throws Cancelled when the signal fires
 */
export async function scanForVmcoreinfo(
  image: DumpImage,
  memory: MemoryReader,
  signal: AbortSignal | undefined,
  most = Infinity,
  within?: AddressRange,
): Promise<readonly Vmcoreinfo[]> {
  const pace = createPace(signal);
  const copies: Vmcoreinfo[] = [];
  const buffer = Buffer.alloc(stepBytes);
  const states = new Uint8Array(stepPages);
  let seen = 0;
  for (const extent of image.memory.extents.from(within?.start ?? 0n)) {
    if (within !== undefined && extent.start >= within.end) break;
    if (extent.state !== 'stored') continue;
    const [first, end] = within === undefined ? [extent.start, extent.end] : [larger(extent.start, within.start), smaller(extent.end, within.end)];
    for (let start = first; start < end; start += BigInt(stepBytes)) {
      await pace.breathe(() => undefined);
      const length = Number(end - start < BigInt(stepBytes) ? end - start : BigInt(stepBytes));
      if (seen + length > most) return copies;
      seen += length;
      readStep(image, start, buffer.subarray(0, length), states);
      for (let at = 0; at + pageBytes <= length; at += pageBytes) {
        // Both kinds of start have an O or a V at a fixed place; most pages are done with here.
        if ((buffer[at] !== 0x4f && buffer[at + noteNameAt] !== 0x56) || states[at / pageBytes] !== stored) continue;
        const within = candidateAt(buffer.subarray(at, at + pageBytes));
        const found = within === undefined ? undefined : textAt(memory, start + BigInt(at + within));
        if (found !== undefined) copies.push(placedVmcoreinfo(image, found));
        if (copies.length >= maxCopies) return copies;
      }
    }
  }
  return copies;
}
