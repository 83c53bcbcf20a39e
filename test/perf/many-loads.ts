/** An ELF core with any number of PT_LOADs of one page, each with two pages of nothing after it. */
import { seededRandom } from '../../src/samples/seeded-random.ts';

const headerBytes = 64;
const programHeaderBytes = 56;
const sectionHeaderBytes = 64;
/** Pages of the file that the PT_LOADs share. */
const sharedPages = 64;
const PN_XNUM = 0xffff;

export function manyLoads(count: number): Buffer {
  const extended = count >= PN_XNUM;
  const sectionAt = headerBytes + count * programHeaderBytes;
  const dataAt = Math.ceil((sectionAt + sectionHeaderBytes) / 4096) * 4096;
  const file = Buffer.alloc(dataAt + sharedPages * 4096, 'page');
  file.fill(0, 0, dataAt);
  file.write('\x7fELF\x02\x02\x01', 0, 'latin1');
  file.writeUInt16BE(4, 16); // ET_CORE
  file.writeUInt16BE(22, 18); // EM_S390
  file.writeUInt32BE(1, 20);
  file.writeBigUInt64BE(BigInt(headerBytes), 32);
  if (extended) file.writeBigUInt64BE(BigInt(sectionAt), 40);
  file.writeUInt16BE(headerBytes, 52);
  file.writeUInt16BE(programHeaderBytes, 54);
  file.writeUInt16BE(extended ? PN_XNUM : count, 56);
  if (extended) {
    file.writeUInt16BE(sectionHeaderBytes, 58);
    file.writeUInt16BE(1, 60);
    file.writeUInt32BE(count, sectionAt + 44);
  }
  for (let index = 0; index < count; index += 1) {
    const at = headerBytes + index * programHeaderBytes;
    file.writeUInt32BE(1, at); // PT_LOAD
    file.writeUInt32BE(7, at + 4);
    file.writeBigUInt64BE(BigInt(dataAt + (index % sharedPages) * 4096), at + 8);
    file.writeBigUInt64BE(BigInt(index * 3 * 4096), at + 16);
    file.writeBigUInt64BE(BigInt(index * 3 * 4096), at + 24);
    for (const field of [32, 40, 48]) file.writeBigUInt64BE(4096n, at + field);
  }
  return file;
}

/** The same number of PT_LOADs of 4 to 10 KiB, each of which overlaps the next one's place, in no order. */
export function shuffledLoads(count: number): Buffer {
  const file = manyLoads(count);
  const random = seededRandom(count);
  const order = Uint32Array.from({ length: count }, (_, index) => index);
  for (let last = count - 1; last > 0; last -= 1) {
    const other = random.below(last + 1);
    [order[last], order[other]] = [order[other] ?? 0, order[last] ?? 0];
  }
  for (let index = 0; index < count; index += 1) {
    const at = headerBytes + index * programHeaderBytes;
    const place = order[index] ?? 0;
    for (const field of [16, 24]) file.writeBigUInt64BE(BigInt(place * 8192), at + field);
    for (const field of [32, 40]) file.writeBigUInt64BE(BigInt(4096 + (place % 7) * 1024), at + field);
  }
  return file;
}
