import type { ByteSource } from '../src/analysis/source/byte-source.ts';

export interface BytePatch {
  readonly offset: number;
  readonly bytes: Uint8Array;
}

/** Another source with some bytes replaced and perhaps cut, without copying it: how a recorded damage looks to a reader. */
export function patchedSource(inner: ByteSource, patches: readonly BytePatch[], truncate = inner.size, name = inner.name): ByteSource {
  const size = Math.min(truncate, inner.size);
  return {
    name,
    size,
    readInto(offset, target) {
      if (offset >= size) return 0;
      const got = inner.readInto(offset, target.subarray(0, Math.min(target.length, size - offset)));
      for (const patch of patches) {
        const from = Math.max(patch.offset, offset);
        const to = Math.min(patch.offset + patch.bytes.length, offset + got);
        if (from < to) target.set(patch.bytes.subarray(from - patch.offset, to - patch.offset), from - offset);
      }
      return got;
    },
  };
}
