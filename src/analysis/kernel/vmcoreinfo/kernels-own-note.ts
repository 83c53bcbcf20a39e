/**
 * The note that the kernel keeps for dump tools: its variable vmcoreinfo_note points to it (kernel/crash_core.c, kernel/vmcore_info.c since
 * 6.9), and on its way into kdump it writes the text there once more, with CRASHTIME. Symbols lead to it, so that it can be held against
 * the copy in a dump's notes without a scan.
 */
import { hex } from '../../../shared/units.ts';
import { elfNoteHeader } from '../../formats/elf-layout.ts';
import { parse } from '../../layout/struct.ts';
import { noteText } from '../../notes/index.ts';
import type { Kernel } from '../kernel.ts';
import { soleAddress } from '../symbols/symbol-table.ts';
import { maxTextBytes, ownerName, parseVmcoreinfo, type Vmcoreinfo } from './vmcoreinfo.ts';
import { defined } from '../../../shared/defined.ts';
import { isFailure } from '../../../shared/result.ts';

/** Header, then the name with its padding. */
const textAt = 24n;

/** @param kernel whose symbols were read @returns undefined where no symbol leads to it, or its bytes are not in the dump */
export function kernelsOwnNote({ memory, symbols }: Kernel): Vmcoreinfo | undefined {
  const variable = !isFailure(symbols) ? soleAddress(symbols.value, 'vmcoreinfo_note') : undefined;
  const note = variable === undefined ? undefined : memory.pointer(variable);
  const head = note === undefined || note === 0n ? undefined : memory.bytes(note, Number(textAt));
  if (note === undefined || head === undefined) return undefined;
  const { n_namesz: nameBytes, n_descsz: textBytes } = parse(elfNoteHeader, head, { endian: memory.endian });
  const owner = Buffer.from(head.subarray(elfNoteHeader.size, elfNoteHeader.size + ownerName.length)).toString('latin1');
  if (nameBytes !== ownerName.length + 1 || owner !== ownerName || textBytes === 0 || textBytes > maxTextBytes) return undefined;
  const desc = memory.bytes(note + textAt, textBytes);
  if (desc === undefined) return undefined;
  const text = noteText(desc);
  const place = note + textAt;
  const address = memory.translate(place);
  return {
    source: `memory, ${address === undefined ? `virtual ${hex(place)}` : `absolute ${hex(address)}`}, by vmcoreinfo_note`,
    ...defined({ address }),
    text,
    entries: parseVmcoreinfo(text),
  };
}
