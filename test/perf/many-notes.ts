/** An ELF core with any number of notes of one kind, and a little memory. */

const noteAt = 4096;
const memoryBytes = 64 * 4096;

export interface NoteShape {
  readonly owner: string;
  readonly type: number;
  readonly descBytes: number;
}

const align4 = (size: number): number => Math.ceil(size / 4) * 4;

export function manyNotes(count: number, { owner, type, descBytes }: NoteShape): Buffer {
  const nameBytes = owner.length + 1;
  const noteBytes = 12 + align4(nameBytes) + align4(descBytes);
  const dataAt = Math.ceil((noteAt + count * noteBytes) / 4096) * 4096;
  const file = Buffer.alloc(dataAt + memoryBytes);
  file.write('\x7fELF\x02\x02\x01', 0, 'latin1');
  file.writeUInt16BE(4, 16); // ET_CORE
  file.writeUInt16BE(22, 18); // EM_S390
  file.writeUInt32BE(1, 20);
  file.writeBigUInt64BE(64n, 32);
  file.writeUInt16BE(64, 52);
  file.writeUInt16BE(56, 54);
  file.writeUInt16BE(2, 56);
  file.writeUInt32BE(4, 64); // PT_NOTE
  file.writeBigUInt64BE(BigInt(noteAt), 72);
  file.writeBigUInt64BE(BigInt(count * noteBytes), 96);
  file.writeUInt32BE(1, 120); // PT_LOAD
  file.writeBigUInt64BE(BigInt(dataAt), 128);
  for (const field of [152, 160]) file.writeBigUInt64BE(BigInt(memoryBytes), field);
  for (let index = 0; index < count; index += 1) {
    const at = noteAt + index * noteBytes;
    file.writeUInt32BE(nameBytes, at);
    file.writeUInt32BE(descBytes, at + 4);
    file.writeUInt32BE(type, at + 8);
    file.write(owner, at + 12, 'latin1');
    const desc = at + 12 + align4(nameBytes);
    for (let byte = 0; byte < descBytes; byte += 1) file[desc + byte] = (index * 31 + byte * 7) & 255;
  }
  return file;
}
