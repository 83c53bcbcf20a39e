/** How the contents of a packed file begin, without unpacking more than their first piece. */
import { unpacking } from './decompressor.ts';
import type { FileSource } from './file-source.ts';
import { sourceStream } from './source-stream.ts';
import type { Wrapper } from './wrapper.ts';

/** @returns `bytes` bytes; fewer where the contents end or a fault comes before @throws DumpError */
export async function unpackedHead(file: FileSource, path: string, { name }: Pick<Wrapper, 'name'>, bytes: number): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  // What comes before a fault may be enough.
  for await (const piece of unpacking(name, path).stage(sourceStream(file, () => undefined))) {
    pieces.push(piece);
    length += piece.length;
    if (length >= bytes) break;
  }
  return Buffer.concat(pieces).subarray(0, bytes);
}
