/** Builds tar archives block by block, as POSIX and the manual of GNU tar describe them; also those that no tar would write. */
const blockBytes = 512;

export interface TarEntry {
  readonly name: string | Buffer;
  readonly data?: Buffer;
  /** The letter of its kind; '0' unless given. */
  readonly type?: string;
  /** Instead of the length of the data. */
  readonly size?: number | bigint;
  readonly prefix?: string;
  /** Changes the header before its checksum is computed. */
  readonly alter?: (header: Buffer) => void;
  /** "ustar\0" "00" of POSIX, "ustar " " \0" of GNU, none of version 7. */
  readonly magic?: 'posix' | 'gnu' | 'none';
}

export function withChecksum(header: Buffer): Buffer {
  header.fill(0x20, 148, 156);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return header;
}

export const padded = (data: Buffer): Buffer => Buffer.concat([data, Buffer.alloc((blockBytes - (data.length % blockBytes)) % blockBytes)]);

export function tarEntry({ name, data = Buffer.alloc(0), type = '0', size = data.length, prefix = '', alter, magic = 'posix' }: TarEntry): Buffer {
  const header = Buffer.alloc(blockBytes);
  Buffer.from(name).copy(header, 0, 0, 100);
  header.write('0000644\0', 100, 'latin1');
  header.write('0000000\0', 108, 'latin1');
  header.write('0000000\0', 116, 'latin1');
  if (size < 8 ** 11) header.write(`${size.toString(8).padStart(11, '0')}\0`, 124, 'latin1');
  else {
    header[124] = 0x80;
    header.writeBigUInt64BE(BigInt(size), 128);
  }
  header.write('00000000000\0', 136, 'latin1');
  header.write(type, 156, 'latin1');
  if (magic === 'posix') header.write('ustar\x0000', 257, 'latin1');
  if (magic === 'gnu') header.write('ustar  \0', 257, 'latin1');
  header.write(prefix, 345, 'latin1');
  alter?.(header);
  return Buffer.concat([withChecksum(header), padded(data)]);
}

/** Records of a pax header: their lengths count themselves. */
export function paxHeader(records: readonly (readonly [key: string, value: string])[], type: 'x' | 'g' = 'x'): Buffer {
  const lines = records.map(([key, value]) => {
    const rest = Buffer.from(` ${key}=${value}\n`);
    let length = rest.length;
    while (String(length).length + rest.length !== length) length = String(length).length + rest.length;
    return Buffer.concat([Buffer.from(String(length)), rest]);
  });
  return tarEntry({ name: 'PaxHeaders/0', type, data: Buffer.concat(lines) });
}

export const endMarker = Buffer.alloc(2 * blockBytes);

export const tarFile = (...entries: readonly (TarEntry | Buffer)[]): Buffer =>
  Buffer.concat([...entries.map((one) => (Buffer.isBuffer(one) ? one : tarEntry(one))), endMarker]);
