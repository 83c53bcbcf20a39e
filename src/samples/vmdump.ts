import { ByteWriter, concatBytes } from './byte-writer.ts';
import { savedComparator, type S390xCpu, type System } from './system.ts';
import { todOfSeconds } from './tod.ts';

export interface VmdumpOptions {
  /** fir_format: 0x02 = 64big, 0x82 = old 64-bit, 0x00 = 31-bit; readers support the first. */
  readonly format?: number;
  /** End (inclusive) of the requested range; the whole memory unless given. Undefined count = no ranges: pass 'none'. */
  readonly ranges?: 'none' | readonly { readonly start: number; readonly end: number }[];
  /** Whether pages of zeros are left out, as CP does; yes unless given. */
  readonly skipZeroPages?: boolean;
}

const recordSize = 4096;

/** EBCDIC of capital letters, digits, blank, colon and slash: all that these headers need. */
function ebcdic(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => {
    const code = character.charCodeAt(0);
    if (character >= '0' && character <= '9') return 0xf0 + code - 0x30;
    if (character >= 'A' && character <= 'I') return 0xc1 + code - 0x41;
    if (character >= 'J' && character <= 'R') return 0xd1 + code - 0x4a;
    if (character >= 'S' && character <= 'Z') return 0xe2 + code - 0x53;
    if (character === ':') return 0x7a;
    if (character === '/') return 0x61;
    if (character === ' ') return 0x40;
    throw new RangeError(`"${character}" has no EBCDIC code here`);
  });
}

/** A z/VM VMDUMP file of an s390x guest (s390-dump.md section 7). */
export function vmdump(system: System, options: VmdumpOptions = {}): Uint8Array {
  const cpus = system.cpus.filter((cpu): cpu is S390xCpu => cpu.kind === 's390x');
  const information = informationRecords(system, cpus, options.format ?? 0x02);
  const firstInformation = 3;
  const access = firstInformation + information.length / recordSize;
  const requested = options.ranges ?? [{ start: 0, end: system.memory.size - 1 }];
  const { maps, pages } = pageMaps(
    system,
    requested === 'none' ? system.memory.size : requested.reduce((most, { end }) => Math.max(most, end), 0) + 1,
    options,
  );
  return concatBytes([
    symptomRecord(system),
    mapRecord(firstInformation, access),
    information,
    new ByteWriter(recordSize).raw(0, ebcdic('HCPDALBK')).bytes,
    spaceRecord(system, requested === 'none' ? [] : requested, cpus.length),
    maps,
    ...pages,
  ]);
}

/** ADSR symptom record. */
function symptomRecord(system: System): Uint8Array {
  const record = new ByteWriter(recordSize).raw(0, ebcdic('SR')).raw(2, ebcdic('8561')).raw(6, ebcdic('012345'));
  record.u64(16, todOfSeconds(system.dumpTime)).raw(34, ebcdic('VMSYSTEM')).raw(42, ebcdic('VM  ')).raw(46, ebcdic('FEATURE '));
  return record.raw(56, ebcdic('VMDUMP  ')).u16(64, 2).u16(66, 40).bytes;
}

/** HCPDFMBK map record: record numbers count from 1. */
function mapRecord(firstInformation: number, access: number): Uint8Array {
  const record = new ByteWriter(recordSize).raw(0, ebcdic('HCPDFMBK'));
  return record
    .u32(8, firstInformation)
    .u32(12, 0)
    .u32(16, access)
    .u32(20, 1)
    .u32(24, 1)
    .u32(28, access + 1).bytes;
}

/** First information record for the dumping CPU, then 552 bytes for each other one; padded to whole records. */
function informationRecords(system: System, cpus: readonly S390xCpu[], format: number): Uint8Array {
  const [first, ...others] = cpus;
  const size = Math.ceil((1104 + others.length * 552) / recordSize) * recordSize;
  const writer = new ByteWriter(size);
  if (first === undefined) return writer.bytes;
  const quads = (at: number, values: readonly bigint[]): void => {
    values.forEach((value, index) => writer.u64(at + index * 8, value));
  };
  const words = (at: number, values: readonly number[]): void => {
    values.forEach((value, index) => writer.u32(at + index * 4, value));
  };
  quads(16, first.gprs);
  writer.u32(144, first.prefix).u64(153, todOfSeconds(system.dumpTime)).u64(169, first.timer).u8(187, format);
  writer.u64(192, first.psw.mask).u64(200, first.psw.address);
  quads(208, first.crs);
  quads(336, first.fprs);
  writer.u64(465, savedComparator(first)).u32(476, first.todProgrammable);
  words(560, first.acrs);
  writer.u64(640, system.memory.size).u16(912, others.length).u16(914, first.cpuAddress).u32(968, first.fpc);
  others.forEach((cpu, index) => {
    const at = 1104 + index * 552;
    writer.u16(at, cpu.cpuAddress);
    quads(at + 16, cpu.fprs);
    quads(at + 144, cpu.gprs);
    writer.u64(at + 272, cpu.psw.mask).u64(at + 280, cpu.psw.address);
    writer
      .u32(at + 296, cpu.prefix)
      .u32(at + 300, cpu.fpc)
      .u32(at + 308, cpu.todProgrammable)
      .u64(at + 312, cpu.timer);
    writer.u64(at + 320, savedComparator(cpu));
    words(at + 336, cpu.acrs);
    quads(at + 400, cpu.crs);
  });
  return writer.bytes;
}

/** ASIZBK: the address space. */
function spaceRecord(system: System, ranges: readonly { readonly start: number; readonly end: number }[], cpus: number): Uint8Array {
  const record = new ByteWriter(recordSize).raw(0, ebcdic('ASIZBK  ')).raw(16, ebcdic('LNXSAMPLE'.padEnd(33)));
  record.u8(51, 2).u64(64, system.memory.size).u64(72, system.memory.size).u32(216, ranges.length).u32(220, 0);
  for (let index = 0; index < cpus; index += 1) record.u64(224 + index * 8, index);
  ranges.forEach(({ start, end }, index) => record.u64(352 + index * 16, start).u64(360 + index * 16, end));
  return record.bytes;
}

/** Index page, bit-key pages, and the pages that they announce. A clear index bit skips 4096 pages of zeros. */
function pageMaps(system: System, end: number, options: VmdumpOptions): { readonly maps: Uint8Array; readonly pages: readonly Uint8Array[] } {
  const total = Math.ceil(end / recordSize);
  const groups = Math.ceil(total / 4096);
  const maps: Uint8Array[] = [];
  const pages: Uint8Array[] = [];
  for (let firstGroup = 0; firstGroup < groups; firstGroup += 32768) {
    const index = new Uint8Array(recordSize);
    maps.push(index);
    for (let group = firstGroup; group < Math.min(groups, firstGroup + 32768); group += 1) {
      const keys = new Uint8Array(recordSize);
      let present = false;
      for (let slot = 0; slot < 4096 && group * 4096 + slot < total; slot += 1) {
        const address = (group * 4096 + slot) * recordSize;
        if (address >= system.memory.size) break;
        if (options.skipZeroPages !== false && system.memory.isZero(address, recordSize)) continue;
        keys[slot] = 0x07;
        present = true;
        pages.push(system.memory.read(address, recordSize));
      }
      if (!present) continue;
      const bit = group - firstGroup;
      index[bit >> 3] = (index[bit >> 3] ?? 0) | (0x80 >> (bit & 7));
      maps.push(keys);
    }
  }
  return { maps: concatBytes(maps), pages };
}
