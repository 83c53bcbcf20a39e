/** An ELF core with any number of notes of one kind, and a little memory. */

const noteAt = 4096;
const memoryBytes = 64 * 4096;

export interface NoteShape {
  readonly owner: string;
  readonly type: number;
  readonly descBytes: number;
}

const align4 = (size: number): number => Math.ceil(size / 4) * 4;

/** @param kinds the kinds of notes in turn, or one */
export function manyNotes(count: number, kinds: NoteShape | readonly NoteShape[]): Buffer {
  const shapes = [kinds].flat();
  const shapeOf = (index: number): NoteShape => shapes[index % shapes.length] ?? { owner: '', type: 0, descBytes: 0 };
  const bytesOf = ({ owner, descBytes }: NoteShape): number => 12 + align4(owner.length + 1) + align4(descBytes);
  let total = 0;
  for (let index = 0; index < count; index += 1) total += bytesOf(shapeOf(index));
  const dataAt = Math.ceil((noteAt + total) / 4096) * 4096;
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
  file.writeBigUInt64BE(BigInt(total), 96);
  file.writeUInt32BE(1, 120); // PT_LOAD
  file.writeBigUInt64BE(BigInt(dataAt), 128);
  for (const field of [152, 160]) file.writeBigUInt64BE(BigInt(memoryBytes), field);
  for (let index = 0, at = noteAt; index < count; index += 1) {
    const shape = shapeOf(index);
    const { owner, type, descBytes } = shape;
    file.writeUInt32BE(owner.length + 1, at);
    file.writeUInt32BE(descBytes, at + 4);
    file.writeUInt32BE(type, at + 8);
    file.write(owner, at + 12, 'latin1');
    const desc = at + 12 + align4(owner.length + 1);
    for (let byte = 0; byte < descBytes; byte += 1) file[desc + byte] = (index * 31 + byte * 7) & 255;
    at += bytesOf(shape);
  }
  return file;
}
