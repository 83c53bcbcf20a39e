import type { MemoryImage } from './memory-image.ts';
import { codeBytes, entropyBytes, pointerBytes, recordBytes, textLines } from './page-contents.ts';
import { stext, type ImageMapping } from './s390x-kernel-symbols.ts';
import { places } from './s390x-places.ts';

/**
 * Fills memory with pages of every class: code, text, pointers, high entropy, the same byte, duplicates, mixed records; the
 * rest stays zero. What lies at or above 4 MiB is only written where there is memory, and may be overwritten by a kdump kernel.
 */
export function writeContents(memory: MemoryImage, mapping: ImageMapping, seed: number): void {
  memory.write(stext(mapping), codeBytes(places.textEnd - stext(mapping), seed));
  memory.write(places.readOnlyData + 0x1000, textLines(0x4000, 'read-only string'));
  memory.write(places.readOnlyData + 0x5000, pointerBytes(0x3000, places.text, 0x60000, seed + 1));
  memory.write(places.dataStart + 0xa000, recordBytes(0x4000, seed + 2));
  memory.write(places.amode31, codeBytes(0x800, seed + 3));
  const text = textLines(0x20000, 'sample');
  memory.write(places.textLines, text);
  memory.write(places.pointers, pointerBytes(0x20000, places.records, 0x40000, seed + 4));
  memory.write(places.entropy, entropyBytes(0x20000, seed + 5));
  memory.fill(places.fillZ, 0x8000, 0x5a);
  memory.fill(places.fillOnes, 0x4000, 0xff);
  memory.write(places.duplicates, text.subarray(0, 0x10000));
  memory.write(places.duplicates + 0x10000, text.subarray(0, 0x8000));
  memory.write(places.records, recordBytes(0x40000, seed + 6));
  for (let index = 0; index < 3; index += 1) memory.write(places.moduleText + index * 0x1000, codeBytes(0x1000, seed + 10 + index));
  // svc at the places that the saved PSWs point past, so that the instruction before them reads 0A04.
  const user = codeBytes(0x2000, seed + 20);
  user.set([0x0a, 0x04], 0x12c);
  memory.write(places.userText, user);
  if (memory.size >= places.upperText + 0x40000) {
    memory.write(places.upperText, textLines(0x20000, 'upper'));
    memory.write(places.upperText + 0x20000, entropyBytes(0x8000, seed + 7));
  }
  if (memory.size > places.firstFree) memory.text(memory.size - 64, 'the last bytes of memory');
}
