/** Lines of a text that comes in pieces: a long one is never held as a whole. */

export interface TextLine {
  /** Without its line feed. */
  readonly bytes: Buffer;
  /** Of its first byte. */
  readonly offset: number;
}

const lineFeed = 0x0a;

/** Bytes of a line that are kept: no line of ours is as long as the longest path. */
const longestLine = 1 << 16;

/** An empty last line is none. Of a line that is too long to be one the beginning comes. */
export function* linesOf(pieces: Iterable<Buffer>): Generator<TextLine, void> {
  let offset = 0;
  /** The beginning of a line that ends in a later piece. */
  let begun: Buffer | undefined;
  let bytesBegun = 0;
  const withBegun = (rest: Buffer): Buffer => {
    const kept = rest.subarray(0, longestLine - (begun?.length ?? 0));
    return begun === undefined ? kept : Buffer.concat([begun, kept]);
  };
  for (const piece of pieces) {
    let at = 0;
    for (let end = piece.indexOf(lineFeed); end !== -1; end = piece.indexOf(lineFeed, at)) {
      yield { bytes: withBegun(piece.subarray(at, end)), offset };
      offset += bytesBegun + (end - at) + 1;
      [begun, bytesBegun] = [undefined, 0];
      at = end + 1;
    }
    if (at === piece.length) continue;
    begun = withBegun(piece.subarray(at));
    bytesBegun += piece.length - at;
  }
  if (begun !== undefined) yield { bytes: begun, offset };
}
