import type { MemoryImage } from './memory-image.ts';

export interface PrintkRecord {
  readonly text: string;
  /** Nanoseconds since boot. */
  readonly time: bigint;
  /** 0 emergency … 7 debug; 6 unless given. */
  readonly level?: number;
  /** 0 kernel, which it is unless given; 1 user. */
  readonly facility?: number;
  /** Thread id, or CPU number with bit 31 set. */
  readonly caller?: number;
}

export interface PrintkRingPlace {
  /** Pointer variable `prb`. */
  readonly pointer: number;
  /** struct printk_ringbuffer, 88 bytes. */
  readonly ring: number;
  /** 24 bytes per descriptor, then 88 per info. */
  readonly descriptors: number;
  readonly infos: number;
  readonly data: number;
  /** log2 of the number of descriptors. */
  readonly countBits: number;
  /** log2 of the bytes of the text ring. */
  readonly sizeBits: number;
  /** Bytes of the text ring that are used up before the first record, to make a block wrap; 0 unless given. */
  readonly usedBefore?: number;
  /** Turns an address of this memory into the virtual address that pointers hold. */
  readonly virtual: (address: number) => bigint;
}

/**
 * Writes the printk ring buffer of Linux 5.10 and later, never wrapped by descriptors, with one reusable first descriptor as
 * real ones have (vmcoreinfo-kallsyms-btf.md section 2.1). Ids start at 2^32 − (N + 1): the kernel computes that in 32 bits.
 * Throws RangeError when the records do not fit.
 */
export function writePrintkRing(memory: MemoryImage, place: PrintkRingPlace, records: readonly PrintkRecord[]): void {
  const count = 1 << place.countBits;
  const dataSize = 1n << BigInt(place.sizeBits);
  if (records.length > count - 1) throw new RangeError(`${records.length} records need more than ${count} descriptors`);
  const firstId = 0x100000000n - BigInt(count + 1);
  const start = BigInt.asUintN(64, -dataSize) + BigInt(place.usedBefore ?? 0);
  let position = start;

  const writeDescriptor = (id: bigint, state: bigint, begin: bigint, next: bigint): void => {
    const at = place.descriptors + Number(id % BigInt(count)) * 24;
    memory
      .u64(at, (state << 62n) | id)
      .u64(at + 8, begin)
      .u64(at + 16, next);
  };
  writeDescriptor(firstId, 3n, 1n, 1n);

  records.forEach((record, index) => {
    const id = firstId + 1n + BigInt(index);
    const size = BigInt(Math.ceil((8 + record.text.length) / 8) * 8);
    const begin = position;
    let block = begin % dataSize;
    let next = begin + size;
    if (begin / dataSize !== (next - 1n) / dataSize) {
      // A block that does not fit before the end of the ring lies at its start; its id is also left at the old place.
      memory.u64(place.data + Number(block), id);
      next = (begin / dataSize + 1n) * dataSize + size;
      block = 0n;
    }
    if (next - start > dataSize) throw new RangeError('the records do not fit into the text ring');
    memory.u64(place.data + Number(block), id).text(place.data + Number(block) + 8, record.text);
    position = next;
    writeDescriptor(id, 2n, BigInt.asUintN(64, begin), BigInt.asUintN(64, next));
    writeInfo(memory, place.infos + Number(id % BigInt(count)) * 88, record, index);
  });

  const headId = firstId + BigInt(records.length);
  memory.u64(place.pointer, place.virtual(place.ring));
  memory.u32(place.ring, place.countBits).u64(place.ring + 8, place.virtual(place.descriptors));
  memory
    .u64(place.ring + 16, place.virtual(place.infos))
    .u64(place.ring + 24, headId)
    .u64(place.ring + 32, firstId);
  memory.u64(place.ring + 40, headId);
  memory.u32(place.ring + 48, place.sizeBits).u64(place.ring + 56, place.virtual(place.data));
  memory
    .u64(place.ring + 64, BigInt.asUintN(64, position))
    .u64(place.ring + 72, start)
    .u64(place.ring + 80, 0);
}

function writeInfo(memory: MemoryImage, at: number, record: PrintkRecord, sequence: number): void {
  const newline = 2;
  const level = record.level ?? 6;
  memory
    .u64(at, sequence)
    .u64(at + 8, record.time)
    .u16(at + 16, record.text.length)
    .u8(at + 18, record.facility ?? 0);
  memory.u8(at + 19, memory.endian === 'big' ? (newline << 3) | level : (level << 5) | newline);
  memory.u32(at + 20, record.caller ?? 0);
}

/** The VMCOREINFO lines that describe the structures of {@link writePrintkRing}. */
export const printkRingKeys = (prb: bigint, staticRing: bigint): readonly string[] => [
  `SYMBOL(prb)=${prb.toString(16)}`,
  `SYMBOL(printk_rb_static)=${staticRing.toString(16)}`,
  'SIZE(printk_ringbuffer)=88',
  'OFFSET(printk_ringbuffer.desc_ring)=0',
  'OFFSET(printk_ringbuffer.text_data_ring)=48',
  'OFFSET(printk_ringbuffer.fail)=80',
  'SIZE(prb_desc_ring)=48',
  'OFFSET(prb_desc_ring.count_bits)=0',
  'OFFSET(prb_desc_ring.descs)=8',
  'OFFSET(prb_desc_ring.infos)=16',
  'OFFSET(prb_desc_ring.head_id)=24',
  'OFFSET(prb_desc_ring.tail_id)=32',
  'SIZE(prb_desc)=24',
  'OFFSET(prb_desc.state_var)=0',
  'OFFSET(prb_desc.text_blk_lpos)=8',
  'SIZE(prb_data_blk_lpos)=16',
  'OFFSET(prb_data_blk_lpos.begin)=0',
  'OFFSET(prb_data_blk_lpos.next)=8',
  'SIZE(printk_info)=88',
  'OFFSET(printk_info.seq)=0',
  'OFFSET(printk_info.ts_nsec)=8',
  'OFFSET(printk_info.text_len)=16',
  'OFFSET(printk_info.caller_id)=20',
  'OFFSET(printk_info.dev_info)=24',
  'SIZE(dev_printk_info)=64',
  'OFFSET(dev_printk_info.subsystem)=0',
  'LENGTH(printk_info_subsystem)=16',
  'OFFSET(dev_printk_info.device)=16',
  'LENGTH(printk_info_device)=48',
  'SIZE(prb_data_ring)=32',
  'OFFSET(prb_data_ring.size_bits)=0',
  'OFFSET(prb_data_ring.data)=8',
  'OFFSET(prb_data_ring.head_lpos)=16',
  'OFFSET(prb_data_ring.tail_lpos)=24',
  'SIZE(atomic_long_t)=8',
  'OFFSET(atomic_long_t.counter)=0',
];
