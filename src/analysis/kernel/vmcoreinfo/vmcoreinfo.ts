/**
 * VMCOREINFO: KEY=VALUE lines that the kernel leaves for dump tools (vmcoreinfo-kallsyms-btf.md; elf-vmcore.md section 7).
 * Found in an ELF note, or in memory through absolute lowcore 0xe0c on s390x (meminfo.md section 2).
 */
import { defined } from '../../../shared/defined.ts';
import { fact, type Fact } from '../../../shared/fact.ts';
import { hex } from '../../../shared/units.ts';
import { architectures } from '../../arch/index.ts';
import type { VmcoreinfoValues } from '../../arch/vmcoreinfo-values.ts';
import { lowcorePointers, lowcorePointersAddress } from '../../arch/s390x/lowcore-pointers.ts';
import type { DumpImage } from '../../formats/dump-format.ts';
import { elfNoteHeader } from '../../formats/elf-layout.ts';
import { parse } from '../../layout/struct.ts';
import type { MemoryReader } from '../../memory/reader.ts';
import { noteText } from '../../notes/index.ts';
import { failed, type Failure } from '../../../shared/result.ts';

export { kernelPageBytes, vmcoreinfoHex, vmcoreinfoNumber } from '../../arch/vmcoreinfo-values.ts';

export interface Vmcoreinfo extends VmcoreinfoValues {
  readonly source: string;
  /** Absolute address of its text, when it was found in memory. */
  readonly address?: bigint;
  readonly text: string;
}

/** With what the container and the user say of where the kernel lies. */
export const placedVmcoreinfo = ({ physBase, origin }: DumpImage, vmcoreinfo: Vmcoreinfo): Vmcoreinfo =>
  physBase === undefined && origin?.unplaced === undefined ? vmcoreinfo : { ...vmcoreinfo, ...defined({ physBase, unplaced: origin?.unplaced }) };

export const ownerName = 'VMCOREINFO';
/** The kernel keeps it within one page (elf-vmcore.md section 7). */
export const maxTextBytes = 16 * 1024;

/** KEY=VALUE lines; of a key that comes twice the last one counts. */
export function parseVmcoreinfo(text: string): Map<string, string> {
  const entries = new Map<string, string>();
  for (const line of text.split('\n')) {
    const equals = line.indexOf('=');
    if (equals > 0) entries.set(line.slice(0, equals), line.slice(equals + 1));
  }
  return entries;
}

export type VmcoreinfoSearch =
  | { readonly value: Vmcoreinfo }
  | (Failure & {
      readonly address?: bigint;
      /** A pointer is there, but what it leads to is not vmcoreinfo. */
      readonly damaged?: boolean;
      /** The place is known, but its bytes are not in the dump. */
      readonly absent?: boolean;
    });

/** Looks where the lowcore of absolute 0 points. Says what is wrong instead of guessing. */
export function vmcoreinfoInMemory(image: DumpImage, memory: MemoryReader): VmcoreinfoSearch {
  if (!architectures[image.machine.arch].features.has('lowcore')) return failed('vmcoreinfo', 'only s390x kernels leave a pointer to it in memory');
  const words = memory.readPresent(lowcorePointersAddress, lowcorePointers.size);
  if (words === undefined) return { ...failed('vmcoreinfo', image.encrypted ?? 'absolute 0xe0c is not in the dump'), absent: true };
  const pointer = parse(lowcorePointers, words).vmcore_info;
  if (pointer === 0n) return failed('vmcoreinfo', 'the pointer at absolute 0xe0c is zero');
  if ((pointer & 1n) === 1n) return failed('vmcoreinfo', `the pointer at absolute 0xe0c is ${hex(pointer)}: the kernel crashed before it set up vmcoreinfo`);
  const head = memory.readPresent(pointer, elfNoteHeader.size + 12);
  if (head === undefined) return { ...failed('vmcoreinfo', `the note at absolute ${hex(pointer)} is not in the dump`), address: pointer, absent: true };
  const header = parse(elfNoteHeader, head, { endian: 'big' });
  const owner = Buffer.from(head.subarray(12, 12 + ownerName.length)).toString('latin1');
  if (header.n_namesz !== ownerName.length + 1 || owner !== ownerName) {
    return { ...failed('vmcoreinfo', `there is no note named VMCOREINFO at absolute ${hex(pointer)}`), address: pointer, damaged: true };
  }
  if (header.n_descsz === 0 || header.n_descsz > maxTextBytes)
    return { ...failed('vmcoreinfo', `the note at absolute ${hex(pointer)} claims ${header.n_descsz} bytes`), address: pointer, damaged: true };
  const address = pointer + 24n;
  const desc = memory.readPresent(address, header.n_descsz);
  if (desc === undefined) return { ...failed('vmcoreinfo', `the note at absolute ${hex(pointer)} is not wholly in the dump`), address: pointer, absent: true };
  const text = noteText(desc);
  return { value: { source: `memory, absolute ${hex(pointer)}`, address, text, entries: parseVmcoreinfo(text) } };
}

/** A dump has one as a rule; the header of a kdump-compressed file may hold another. */
const mostNotes = 8;

/** What the dump's notes say, the first of each text. */
export function vmcoreinfoNotes(image: DumpImage): readonly Vmcoreinfo[] {
  const texts = image.notes
    .filter(({ owner }) => owner === ownerName)
    .slice(0, mostNotes)
    .map(({ desc, fileOffset }) => ({ text: noteText(desc), fileOffset }));
  return texts
    .filter(({ text }, at) => texts.findIndex((one) => one.text === text) === at)
    .map(({ text, fileOffset }) => placedVmcoreinfo(image, { source: `note at file offset ${hex(fileOffset)}`, text, entries: parseVmcoreinfo(text) }));
}

/** The dump's own note first, then memory. */
export function findVmcoreinfo(image: DumpImage, memory: MemoryReader): VmcoreinfoSearch {
  const [vmcoreinfo] = vmcoreinfoNotes(image);
  return vmcoreinfo === undefined ? vmcoreinfoInMemory(image, memory) : { value: vmcoreinfo };
}

/** A value of vmcoreinfo as a fact. */
export function vmcoreinfoFact(vmcoreinfo: Vmcoreinfo | undefined, key: string): Fact<string> | undefined {
  const value = vmcoreinfo?.entries.get(key);
  return value === undefined ? undefined : fact(value, `${key} of vmcoreinfo (${vmcoreinfo?.source ?? ''})`);
}
