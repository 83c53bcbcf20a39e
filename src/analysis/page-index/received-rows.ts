import type { BlockRows } from './block-scan.ts';

/** Rows as they come out of a message: views of bytes are not Buffers any more. */
export function receivedRows({ block, subtree }: BlockRows): BlockRows {
  if (subtree === undefined) return { block, subtree };
  const buffer = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const { root, availableRoot } = subtree;
  return {
    block,
    subtree: { ...subtree, root: buffer(root), availableRoot: availableRoot === undefined ? undefined : buffer(availableRoot) },
  };
}
