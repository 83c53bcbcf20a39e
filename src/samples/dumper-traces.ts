import type { MemoryImage } from './memory-image.ts';
import { codeBytes } from './page-contents.ts';

/**
 * What a stand-alone dumper on an ECKD disk leaves in low memory, because it runs there while it writes (s390-dump.md
 * section 5, "Traces of the dumper"): boot info, interruption codes, its own code at 0x2000.
 */
export function writeDumperTraces(memory: MemoryImage): void {
  memory.u64(0x00, 0x000a000000000000n);
  memory.text(0x70, 'zIPL').u8(0x74, 1).u8(0x75, 1).u8(0x76, 0).u8(0x77, 0).u32(0x78, 24).u32(0x7c, 7199);
  memory.u32(0x80, 0x00006000).u16(0x84, 0).u16(0x86, 0x2401);
  memory.u16(0xb8, 1).u16(0xba, 0).u32(0xbc, 0x0049504c);
  memory.u64(0x170, 0x0202000180000000n).u64(0x178, 0x2354);
  memory.u64(0x1d0, 0x0000000180000000n).u64(0x1d8, 0x4512);
  memory.write(0x2000, codeBytes(0x3000, 4711));
  memory.text(0x2000, 'XECKD64').u8(0x2007, 1);
}
