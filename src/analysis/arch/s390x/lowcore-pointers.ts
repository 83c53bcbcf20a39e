/** The words of absolute lowcore that are ABI between Linux and dump tools (meminfo.md section 2). */
import { u32, u64 } from '../../layout/field.ts';
import { absoluteOrNone, hex } from '../../layout/presentation.ts';
import { struct } from '../../layout/struct.ts';

/** Absolute address of the first of these words; the copies in prefix areas may be stale and are never used. */
export const lowcorePointersAddress = 0xe00n;

export const lowcorePointers = struct(
  'lowcore pointers',
  { endian: 'big', size: 0x20, doc: 'Absolute 0xe00 and following. Source: meminfo.md section 2.' },
  {
    ipib: u64(0x00, 'IPL parameter block for re-IPL, 0: none', absoluteOrNone),
    ipib_checksum: u32(0x08, 'checksum of that block', hex),
    vmcore_info: u64(0x0c, 'VMCOREINFO note; odd: the kernel crashed before it was set up', absoluteOrNone),
    os_info: u64(0x18, 'os_info page', absoluteOrNone),
  },
);
