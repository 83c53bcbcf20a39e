/**
 * Whether a recorded digest was overwritten or what it covers was changed. One changed byte of the contents changes all bytes of a
 * cryptographic digest, each of them by chance equal once in 256; a digest of which a good part is right was itself overwritten.
 */
const digitsOf = /^(?:[0-9a-f]{2})+$/;

/** That 8 of 32 bytes are equal by chance happens once in 10^12 digests. */
const provingBytes = 8;

export interface DigestMatch {
  /** Half-open ranges of bytes that differ. */
  readonly differing: readonly { readonly from: number; readonly to: number }[];
  readonly equal: number;
  readonly bytes: number;
}

/** @returns undefined for texts that are not digests of one length */
export function matchDigests(recorded: string, computed: string): DigestMatch | undefined {
  if (recorded.length !== computed.length || !digitsOf.test(recorded) || !digitsOf.test(computed)) return undefined;
  const bytes = recorded.length / 2;
  const differing: { from: number; to: number }[] = [];
  let equal = 0;
  for (let at = 0; at < bytes; at += 1) {
    if (recorded.slice(at * 2, at * 2 + 2) === computed.slice(at * 2, at * 2 + 2)) {
      equal += 1;
      continue;
    }
    const last = differing.at(-1);
    if (last?.to === at) last.to = at + 1;
    else differing.push({ from: at, to: at + 1 });
  }
  return { differing, equal, bytes };
}

/** The match, where it shows that the contents are unchanged and the recorded digest is not. For SHA-256 and longer ones alone. */
export function overwrittenDigest(recorded: string | undefined, computed: string | undefined): DigestMatch | undefined {
  const match = recorded === undefined || computed === undefined ? undefined : matchDigests(recorded, computed);
  return match !== undefined && match.bytes >= 32 && match.equal >= provingBytes && match.equal < match.bytes ? match : undefined;
}

export interface DigestPiece {
  readonly text: string;
  readonly differs: boolean;
}

/** A digest in pieces, each with all or none of its bytes among those that differ. */
export function digestPieces(digest: string, { differing }: DigestMatch): readonly DigestPiece[] {
  const pieces: DigestPiece[] = [];
  let at = 0;
  for (const { from, to } of [...differing, { from: digest.length / 2, to: digest.length / 2 }]) {
    if (from > at) pieces.push({ text: digest.slice(at * 2, from * 2), differs: false });
    if (to > from) pieces.push({ text: digest.slice(from * 2, to * 2), differs: true });
    at = to;
  }
  return pieces;
}

/** The recorded digest with the bytes that differ in brackets. */
export const markedDigest = (recorded: string, match: DigestMatch): string =>
  digestPieces(recorded, match)
    .map(({ text, differs }) => (differs ? `[${text}]` : text))
    .join('');
