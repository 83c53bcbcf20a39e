/** Conclusions about files: what is no dump, what their headers leave out or contradict, and crashkernel memory that a machine cannot have. */
import { sessionOn } from '../../../src/analysis/engine/session/session.ts';
import { openDump } from '../../../src/analysis/formats/index.ts';
import { memorySource } from '../../../src/analysis/source/memory-source.ts';
import { elfVmcore } from '../../../src/samples/elf-vmcore.ts';
import { kdumpCompressed } from '../../../src/samples/kdump-compressed.ts';
import { s390xSystem } from '../../../src/samples/s390x-system.ts';
import { said, saidOf, saidOfBytes, type ConclusionCase } from './conclusion.ts';

const opened = (bytes: Uint8Array): string => {
  try {
    return `a dump: ${openDump(memorySource('dump', bytes)).format}`;
  } catch (error) {
    return String(error);
  }
};
/** @param version of the header of a disk image of QEMU */
const diskImage = (version: number): Buffer => {
  const bytes = Buffer.alloc(8192);
  bytes.write('QFI\xfb', 'latin1');
  bytes.writeUInt32BE(version, 4);
  return bytes;
};

const elf = (headersFewer: number): Promise<string> => {
  const bytes = elfVmcore(s390xSystem(), { loads: [0, 1, 2, 3].map((index) => ({ address: index * 0x100000, size: 0x100000 })) });
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  view.setUint16(56, view.getUint16(56) - headersFewer);
  return said(sessionOn(memorySource('dump', bytes)));
};

/** @param change of the byte of bitmap 2 that lists pages 80 to 87 */
const kdump = (change: (byte: number) => number): Promise<string> => {
  const bytes = kdumpCompressed(s390xSystem({ cpuCount: 2 }));
  const at = 4096 * (1 + new DataView(bytes.buffer, bytes.byteOffset).getUint32(432) + 1) + 10;
  bytes[at] = change(bytes[at] ?? 0);
  return saidOfBytes(bytes);
};

const area = (osInfo: string): Promise<string> => saidOf(`memory 4 MiB\ncpu prefix=0x8000\n${osInfo}format elf-vmcore producer=qemu\n`);

export const containerConclusions: Readonly<Record<string, ConclusionCase>> = {
  'foreign-kind': {
    made: { on: () => opened(diskImage(3)), says: /qcow2/i },
    without: { on: () => opened(new Uint8Array(8192)), says: /^(?!.*qcow2)(?!a dump)/i },
    against: { on: () => opened(diskImage(77)), says: /^(?!.*qcow2)(?!a dump)/i },
  },
  'bytes-undescribed': {
    made: { on: () => elf(2), says: /container-complete failed: (?:.|\n)*container-complete\/undescribed/ },
    without: { on: () => elf(0), says: /container-complete passed/ },
    against: undefined,
  },
  'page-bitmap': {
    made: { on: () => kdump((byte) => byte ^ 1), says: /container-complete\/page-bitmap/ },
    without: { on: () => kdump((byte) => byte), says: /container-complete passed/ },
    against: undefined,
  },
  'crashkernel-place': {
    made: { on: () => area('os-info 0x4000 crashkernel=0x100000+0x100000\n'), says: /cross-memory-size passed: .*it ends at 0x200000, the dump at 0x400000/ },
    without: { on: () => area(''), says: /cross-memory-size not-recorded/ },
    against: {
      on: () => area('os-info 0x4000 crashkernel=0x40000000+0x100000\n'),
      says: /cross-memory-size failed: .*ends past the memory of the machine, which ends at 0x400000/,
    },
  },
};
