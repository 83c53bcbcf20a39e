import { ByteWriter } from './byte-writer.ts';

/** The text of a VMCOREINFO note from its lines: `KEY=VALUE\n` each (vmcoreinfo-kallsyms-btf.md section 1). */
export const vmcoreinfoText = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join('');

/**
 * The ELF note that lowcore 0xe0c points to: 12-byte header, "VMCOREINFO\0" padded to 12, then the text (no terminator counted).
 */
export function vmcoreinfoNote(text: string): Uint8Array {
  const note = new ByteWriter(24 + Math.ceil(text.length / 4) * 4);
  return note.u32(0, 11).u32(4, text.length).u32(8, 0).text(12, 'VMCOREINFO').text(24, text).bytes;
}
