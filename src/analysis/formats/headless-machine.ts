/**
 * The machine of memory that no header describes (lime.md section 3). In the order of their weight speak the user, the shape of a PC's memory,
 * and the keys of a vmcoreinfo text in memory, which is looked for page by page.
 */
import { DumpError } from '../../shared/dump-error.ts';
import { pageSize } from '../../shared/units.ts';
import { architectureNames, type Architecture } from '../arch/architecture-name.ts';
import { architectures } from '../arch/index.ts';
import type { Steps } from '../jobs/steps.ts';
import type { Endian } from '../layout/field.ts';
import { architectureOfKeys } from './dump-machine.ts';
import { pageStateCodes, type AddressRanges, type MemoryImage } from './dump-format.ts';

export interface HeadlessMachine {
  readonly arch: Architecture;
  readonly archSource: string;
  readonly endian: Endian;
}

/** Memory below the legacy hole of a PC, and what follows it (Documentation/arch/x86/boot.rst: 0xa0000 to 0x100000 is not RAM). */
const hole = { start: 0xa_0000n, end: 0x10_0000n, least: 0x8_0000n };

/** A range ends shortly before the hole, nothing is in it, and memory continues above it. */
function hasPcHole(ranges: AddressRanges): boolean {
  let before = false;
  let after = false;
  for (const { start, end } of ranges) {
    if (start < hole.end && end > hole.start) return false;
    before ||= end >= hole.least && end <= hole.start;
    after ||= start === hole.end;
  }
  return before && after;
}

const textStart = Buffer.from('OSRELEASE=');
const noteName = Buffer.from('VMCOREINFO\0');
const noteNameAt = 12;
const noteTextAt = 24;
const stepPages = 256;

/** The text of vmcoreinfo at the start of a page (vmcoreinfo-kallsyms-btf.md section 1). */
function textIn(page: Buffer): string | undefined {
  const isNote = page.subarray(noteNameAt, noteNameAt + noteName.length).equals(noteName);
  const at = isNote ? noteTextAt : 0;
  if (!page.subarray(at, at + textStart.length).equals(textStart)) return undefined;
  const end = page.indexOf(0, at);
  return page.subarray(at, end === -1 ? page.length : end).toString('latin1');
}

/** Looks at the start of every stored page until a text says the machine. @param reached hears the address */
function* machineInMemory(
  memory: MemoryImage,
  endians: readonly Endian[],
  reached: (address: bigint) => void,
): Steps<{ readonly arch: Architecture; readonly by: string; readonly endian: Endian } | undefined> {
  const bytes = Buffer.alloc(stepPages * pageSize);
  const states = new Uint8Array(stepPages);
  const stored = pageStateCodes.indexOf('stored');
  for (const extent of memory.extents) {
    if (extent.state !== 'stored') continue;
    const last = Math.floor(Number(extent.end) / pageSize);
    for (let pfn = Math.ceil(Number(extent.start) / pageSize); pfn < last; pfn += stepPages) {
      yield;
      const count = Math.min(stepPages, last - pfn);
      reached(BigInt(pfn) * BigInt(pageSize));
      memory.readPages(pfn, bytes.subarray(0, count * pageSize), states.subarray(0, count));
      for (let page = 0; page < count; page += 1) {
        const at = page * pageSize;
        if ((bytes[at] !== 0x4f && bytes[at + noteNameAt] !== 0x56) || states[page] !== stored) continue;
        const text = textIn(bytes.subarray(at, at + pageSize));
        for (const endian of text === undefined ? [] : endians) {
          const found = architectureOfKeys(text ?? '', endian);
          if (found !== undefined)
            return { arch: found.architecture, by: `${found.by} at absolute 0x${(BigInt(pfn + page) * BigInt(pageSize)).toString(16)}`, endian };
        }
      }
    }
  }
  return undefined;
}

export interface MachineSearch {
  readonly file: string;
  readonly memory: MemoryImage;
  readonly ranges: AddressRanges;
  /** What the user says. */
  readonly given: Architecture | undefined;
  /** Byte order of the headers, where there are any. */
  readonly endian: Endian | undefined;
  readonly reached: (address: bigint) => void;
}

/** @throws DumpError unsupported where nothing says the machine */
export function* headlessMachine({ file, memory, ranges, given, endian, reached }: MachineSearch): Steps<HeadlessMachine> {
  if (given !== undefined) return { arch: given, archSource: 'given by the user', endian: architectures[given].notes.prstatusEndian };
  if (endian !== 'big' && hasPcHole(ranges))
    return { arch: 'x86_64', archSource: 'the hole of a PC in its ranges, from 0xa0000 to 0x100000', endian: 'little' };
  const found = yield* machineInMemory(memory, endian === undefined ? ['little', 'big'] : [endian], reached);
  if (found !== undefined) return { arch: found.arch, archSource: found.by, endian: found.endian };
  throw new DumpError(
    'unsupported',
    { file, offset: 0 },
    'such a file does not name its machine, and no text of vmcoreinfo in its memory says which one it is',
    `${architectureNames.slice(0, -1).join(', ')} or ${architectureNames.at(-1) ?? ''}`,
    'give-machine',
  );
}
