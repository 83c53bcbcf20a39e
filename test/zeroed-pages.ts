/** Dumps whose pages lie in their files as they are, in which one page under each structure in turn holds other bytes. */
import type { ByteSource } from '../src/analysis/source/byte-source.ts';
import type { MemoryImage } from '../src/analysis/formats/dump-format.ts';
import { patchedSource } from './patched-source.ts';

const pageBytes = 4096;

/** Where the page of an absolute address lies in the file; undefined where it is not stored there as it is. */
export function pageOffset({ extents }: MemoryImage, address: bigint): number | undefined {
  const page = address & ~BigInt(pageBytes - 1);
  const extent = [...extents.from(page)].find(({ start, end }) => page >= start && page < end);
  return extent?.fileOffset === undefined ? undefined : extent.fileOffset + Number(page - extent.start);
}

/**
 * @param pages absolute address by the name of what lies there
 * @param fill what the page holds then; zeros unless given
 */
export function* withOtherPages(
  source: ByteSource,
  image: MemoryImage,
  pages: ReadonlyMap<string, bigint>,
  fill: (address: bigint) => Uint8Array = () => new Uint8Array(pageBytes),
): Generator<readonly [string, ByteSource]> {
  for (const [name, address] of pages) {
    const offset = pageOffset(image, address);
    if (offset !== undefined) yield [name, patchedSource(source, [{ offset, bytes: fill(address) }])];
  }
}
