/** Builds zip archives record by record (APPNOTE.TXT of PKWARE), also those that no zip would write. */
import zlib from 'node:zlib';

export interface ZipEntry {
  readonly name: string | Buffer;
  readonly data: Buffer;
  readonly method?: 'stored' | 'deflate' | 'zstd';
  /** Sizes and CRC-32 follow the data, as where they were not known before. */
  readonly descriptor?: boolean;
  /** Sizes in fields of 8 bytes. */
  readonly wide?: boolean;
  readonly flags?: number;
  /** Instead of that of the data. */
  readonly crc?: number;
  /** Number in the header instead of that of the method. */
  readonly methodNumber?: number;
  readonly attributes?: number;
}

const numbers = { stored: 0, deflate: 8, zstd: 93 } as const;

const pack = (data: Buffer, method: NonNullable<ZipEntry['method']>): Buffer =>
  method === 'stored' ? data : method === 'deflate' ? zlib.deflateRawSync(data) : zlib.zstdCompressSync(data);

const wideField = (...sizes: readonly number[]): Buffer => {
  const field = Buffer.alloc(4 + 8 * sizes.length);
  field.writeUInt16LE(1, 0);
  field.writeUInt16LE(8 * sizes.length, 2);
  for (const [at, size] of sizes.entries()) field.writeBigUInt64LE(BigInt(size), 4 + 8 * at);
  return field;
};

/** @param withDirectory false for an archive that lost its end */
export function zipFile(entries: readonly ZipEntry[], withDirectory = true): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  for (const { name, data, method = 'deflate', descriptor = false, wide = false, flags = 0, crc = zlib.crc32(data), methodNumber, attributes = 0 } of entries) {
    const packed = pack(data, method);
    const bits = flags | (descriptor ? 8 : 0);
    const nameBytes = Buffer.from(name);
    const fields = Buffer.alloc(26);
    fields.writeUInt16LE(45, 0);
    fields.writeUInt16LE(bits, 2);
    fields.writeUInt16LE(methodNumber ?? numbers[method], 4);
    fields.writeUInt16LE(nameBytes.length, 22);
    const local = Buffer.from(fields);
    const narrow = (size: number): number => (wide ? 0xffff_ffff : size);
    if (!descriptor) {
      local.writeUInt32LE(crc, 10);
      local.writeUInt32LE(narrow(packed.length), 14);
      local.writeUInt32LE(narrow(data.length), 18);
    }
    const localExtra = wide && !descriptor ? wideField(data.length, packed.length) : Buffer.alloc(0);
    local.writeUInt16LE(localExtra.length, 24);
    const after = Buffer.alloc(descriptor ? (wide ? 24 : 16) : 0);
    if (descriptor) {
      after.writeUInt32LE(0x0807_4b50, 0);
      after.writeUInt32LE(crc, 4);
      if (wide) {
        after.writeBigUInt64LE(BigInt(packed.length), 8);
        after.writeBigUInt64LE(BigInt(data.length), 16);
      } else {
        after.writeUInt32LE(packed.length, 8);
        after.writeUInt32LE(data.length, 12);
      }
    }
    const whole = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), local, nameBytes, localExtra, packed, after]);
    const central = Buffer.from(fields);
    central.writeUInt32LE(crc, 10);
    central.writeUInt32LE(narrow(packed.length), 14);
    central.writeUInt32LE(narrow(data.length), 18);
    const extra = wide ? wideField(data.length, packed.length, at) : Buffer.alloc(0);
    central.writeUInt16LE(extra.length, 24);
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE(attributes >>> 0, 6);
    rest.writeUInt32LE(narrow(at), 10);
    directory.push(Buffer.concat([Buffer.from('PK\x01\x02\x14\x03', 'latin1'), central, rest, nameBytes, extra]));
    parts.push(whole);
    at += whole.length;
  }
  if (!withDirectory) return Buffer.concat(parts);
  const list = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 0, 'latin1');
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(list.length, 12);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...parts, list, end]);
}
