/** Store-status save area of a lowcore: 0x1200 to 0x13ff (s390-dump.md section 5, lowcore.md section 2). */
import { u32, u64 } from '../../layout/field.ts';
import { hex } from '../../layout/presentation.ts';
import { list, struct } from '../../layout/struct.ts';

export const lowcoreSize = 0x2000;

export const saveArea = struct(
  'save_area',
  { endian: 'big', size: lowcoreSize, doc: 'Offsets from the prefix. Source: lowcore.md section 2.' },
  {
    mcesad: u64(0x11b0, 'machine-check extended save area designation: vector registers and guarded storage'),
    fprs: list(0x1200, 16, u64(0), 'floating-point registers'),
    gprs: list(0x1280, 16, u64(0), 'general registers'),
    psw_mask: u64(0x1300, 'PSW mask at store status'),
    psw_addr: u64(0x1308, 'PSW address at store status'),
    prefix: u32(0x1318, 'prefix at store status; equals the lowcore address', hex),
    fpc: u32(0x131c, 'floating-point control', hex),
    todpreg: u32(0x1324, 'TOD programmable register', hex),
    timer: u64(0x1328, 'CPU timer'),
    todcmp: u64(0x1330, 'clock comparator, in one of three encodings'),
    last_break: u64(0x1338, 'breaking-event address (6.1 and later)'),
    acrs: list(0x1340, 16, u32(0, '', hex), 'access registers'),
    crs: list(0x1380, 16, u64(0), 'control registers'),
  },
);
