/** An ELF core with any number of PT_LOADs of one page, each with two pages of nothing after it. */

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
