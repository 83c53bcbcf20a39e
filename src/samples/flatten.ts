import { ByteWriter, concatBytes } from './byte-writer.ts';

export interface FlattenOptions {
  /** Bytes per record; 64 KiB unless given. */
  readonly recordSize?: number;
  /** Writes the records from the end of the file to its start. */
  readonly backwards?: boolean;
  /** Writes the first record twice, at first with 0xee in place of its bytes: the later one counts. */
  readonly overwritten?: boolean;
  /** Leaves out records that hold only zeros: what no record covers reads as zero. */
  readonly sparse?: boolean;
  /** False leaves out the end record, as when the stream was cut. */
  readonly endRecord?: boolean;
}

/** A file of any format as makedumpfile's flattened stream; all numbers are big-endian (kdump-compressed.md section 9). */
export function flatten(file: Uint8Array, options: FlattenOptions = {}): Uint8Array {
  const recordSize = options.recordSize ?? 0x10000;
  const header = new ByteWriter(4096).text(0, 'makedumpfile').u64(16, 1).u64(24, 1).bytes;
  const record = (offset: number, bytes: Uint8Array): Uint8Array => concatBytes([new ByteWriter(16).u64(0, offset).u64(8, bytes.length).bytes, bytes]);
  const records: Uint8Array[] = [];
  for (let offset = 0; offset < file.length; offset += recordSize) {
    const bytes = file.subarray(offset, offset + recordSize);
    if (options.sparse === true && bytes.every((byte) => byte === 0)) continue;
    records.push(record(offset, bytes));
  }
  if (options.backwards === true) records.reverse();
  if (options.overwritten === true) records.unshift(record(0, new Uint8Array(Math.min(recordSize, file.length)).fill(0xee)));
  const end = options.endRecord === false ? [] : [new ByteWriter(16).u64(0, -1n).u64(8, -1n).bytes];
  return concatBytes([header, ...records, ...end]);
}
