/** Kernel logs of kernels before 5.10 as bytes, and a kernel memory in which virtual is physical. */
import type { KernelMemory } from '../../../src/analysis/kernel/memory/kernel-memory.ts';
import { kernelMemory } from '../../../src/analysis/kernel/memory/kernel-memory.ts';
import { parseVmcoreinfo, type Vmcoreinfo } from '../../../src/analysis/kernel/vmcoreinfo/vmcoreinfo.ts';
import { memoryReader } from '../../../src/analysis/memory/reader.ts';
import { RangeColumns } from '../../../src/analysis/formats/range-columns.ts';
import type { Absence, DumpImage } from '../../../src/analysis/formats/dump-format.ts';
import type { MemoryImage } from '../../../src/samples/memory-image.ts';

export const vmcoreinfoOf = (lines: readonly string[]): Vmcoreinfo => {
  const text = `OSRELEASE=test\n${lines.join('\n')}\n`;
  return { source: 'test', text, entries: parseVmcoreinfo(text) };
};

/** Reads what was described; pages in `absent` (page addresses) are left out of the dump. ppc64 needs no tables: virtual is physical. */
export function plainMemory(memory: MemoryImage, absent: readonly number[] = []): KernelMemory {
  const image = {
    // Where nothing says otherwise, a virtual address of s390x is the absolute one; the byte order is the memory's own.
    machine: { arch: 's390x', endian: memory.endian, bits: 64 },
    ranges: RangeColumns.merged([{ start: 0n, end: BigInt(memory.size) }]),
    memory: {
      end: BigInt(memory.size),
      extents: [],
      read(address: bigint, target: Uint8Array): readonly Absence[] {
        target.set(memory.read(Number(address), target.length));
        return absent
          .filter((page) => BigInt(page) < address + BigInt(target.length) && BigInt(page + 0x1000) > address)
          .map((page) => {
            target.fill(0);
            return { start: BigInt(page), end: BigInt(page + 0x1000), state: 'excluded' as const };
          });
      },
    },
  } as unknown as DumpImage;
  return kernelMemory({ image, memory: memoryReader(image.memory, 'test'), vmcoreinfo: undefined, asce: () => undefined });
}

export interface OldRecord {
  readonly time: bigint;
  readonly level: number;
  readonly text: string;
  readonly dictionary?: string;
}

const places = { log_buf: 0x100, log_buf_len: 0x108, log_first_idx: 0x10c, log_next_idx: 0x110, buffer: 0x1000 } as const;

/**
 * The ring of struct printk_log (kernel/printk/printk.c of 5.4), from byte `first` on; a record that does not fit before the end goes
 * to the start, with a zero length left behind.
 */
export function writeRecordBuffer(memory: MemoryImage, size: number, first: number, records: readonly OldRecord[]): Vmcoreinfo {
  memory.fill(places.buffer, size, 0x55);
  let at = first;
  for (const { time, level, text, dictionary = '' } of records) {
    const length = Math.ceil((16 + text.length + dictionary.length) / 4) * 4;
    if (at + length + 16 > size) {
      memory.u16(places.buffer + at + 8, 0);
      at = 0;
    }
    const start = places.buffer + at;
    memory
      .u64(start, time)
      .u16(start + 8, length)
      .u16(start + 10, text.length)
      .u16(start + 12, dictionary.length);
    memory.u8(start + 14, 0).u8(start + 15, memory.endian === 'big' ? level : level << 5);
    memory.text(start + 16, text + dictionary);
    at += length;
  }
  memory.u64(places.log_buf, places.buffer).u32(places.log_buf_len, size).u32(places.log_first_idx, first).u32(places.log_next_idx, at);
  return vmcoreinfoOf([
    ...(['log_buf', 'log_buf_len', 'log_first_idx', 'log_next_idx'] as const).map((name) => `SYMBOL(${name})=${places[name].toString(16)}`),
    'SIZE(printk_log)=16',
    'OFFSET(printk_log.ts_nsec)=0',
    'OFFSET(printk_log.len)=8',
    'OFFSET(printk_log.text_len)=10',
    'OFFSET(printk_log.dict_len)=12',
  ]);
}

/** The ring of characters of kernels before 3.5: `text` ends at the free-running index `end`. */
export function writeByteRing(memory: MemoryImage, size: number, end: number, text: string): Vmcoreinfo {
  for (let at = 0; at < text.length; at += 1) memory.text(places.buffer + ((end - text.length + at) & (size - 1)), text.slice(at, at + 1));
  memory.u64(0x100, places.buffer).u32(0x108, size).u32(0x10c, end).u32(0x110, text.length);
  return vmcoreinfoOf(['SYMBOL(log_buf)=100', 'SYMBOL(log_buf_len)=108', 'SYMBOL(log_end)=10c', 'SYMBOL(logged_chars)=110']);
}
