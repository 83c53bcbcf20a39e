/** What a file seems to be by its first bytes, for the message why it is kept. No decision depends on it. */

/** Bytes of a file that are examined. */
export const lookedAtBytes = 4096;

/** First bytes as text to match against: each byte a character, without a byte order mark and with line feeds alone. */
export const matchedText = (head: Uint8Array): string =>
  Buffer.from(head.buffer, head.byteOffset, head.byteLength)
    .toString('latin1')
    .replace(/^\xef\xbb\xbf/, '')
    .replaceAll('\r\n', '\n');

/** Names of digests as md5sum, sha256sum and their like print them with --tag. */
const digestNames = '(?:MD5|SHA-?1|SHA-?224|SHA-?256|SHA-?384|SHA-?512|BLAKE2b)';

const binaries: readonly (readonly [what: string, pattern: RegExp])[] = [
  ['a program or a dump (ELF)', /^\x7fELF/],
  ['a database or a page index (SQLite)', /^SQLite format 3/],
  // eslint-disable-next-line no-control-regex -- magic numbers of gzip, zstd, xz, bzip2 and zip
  ['a packed file', /^(?:\x1f\x8b|\x28\xb5\x2f\xfd|\xfd7zXZ|BZh|PK\x03\x04)/],
  ['a kdump file', /^(?:KDUMP|makedumpfile)/],
  ['a PDF document', /^%PDF-/],
  ['text in UTF-16', /^(?:\xff\xfe|\xfe\xff)/],
];

const texts: readonly (readonly [what: string, pattern: RegExp])[] = [
  ['a key or a certificate', /^(?:[^<{]*\n)?-----BEGIN [A-Z0-9 ]+-----/],
  ['a public key', /^(?:[a-z-]+@)?(?:ssh-(?:rsa|ed25519|dss)|ecdsa-sha2-\S+|sk-\S+) A{4}[A-Za-z0-9+/]/],
  ['a VMCOREINFO text', /^(?:[A-Z][A-Z0-9_-]*(?:\([^)\n]*\))?=[^\n]*\n)*(?:CRASHTIME|OSRELEASE|PAGESIZE|BUILD-ID|SYMBOL\([^)\n]*\))=/],
  ['a System.map', /^(?:[0-9a-f]{8,16}| {8,16}) [A-Za-z?] \S+(?:\n|$)/],
  ['a kernel log', /^(?:<\d+>)?\[ *\d+\.\d{6}\](?:\[[^\]\n]*\])? /],
  [
    'a manifest',
    new RegExp(
      `^(?:%%%% HASHDEEP|(?:#.*\n)*\\\\?(?:[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{56}|[0-9a-f]{64}|[0-9a-f]{96}|[0-9a-f]{128}) [ *]|(?:#.*\n)*\\\\?${digestNames} \\()`,
      'i',
    ),
  ],
  ['an attestation', /^\s*[[{](?:[^]*"payloadType"|\s*\{?\s*"(?:payload|signatures)")/],
  ['a session', /^\s*\{[^]*"pathHint"/],
  // SARIF has rules too, in a run.
  ['rules of what to ignore', /^\s*\{(?![^]*"runs"\s*:)[^]*"rules"\s*:\s*\[/],
  ['a page of HTML', /^\s*<(?:!doctype html|html)/i],
  ['an XML document', /^\s*<\?xml/],
  ['JSON', /^\s*[[{]/],
];

function isText(head: Uint8Array): boolean {
  // A character that the cut splits is not an error.
  for (let cut = 0; cut < 4; cut += 1) {
    try {
      const text = new TextDecoder('utf-8', { fatal: true }).decode(head.subarray(0, head.length - cut));
      // eslint-disable-next-line no-control-regex -- these characters are what tells binary data from text
      return !/[\0-\x08\x0e-\x1f]/.test(text);
    } catch {
      if (head.length < lookedAtBytes) return false;
    }
  }
  return false;
}

/**
 * What a file seems to be, as it follows "it seems to be".
 * @param head its first `lookedAtBytes` bytes
 */
export function seemingKind(head: Uint8Array): string {
  const start = matchedText(head);
  const found = (list: readonly (readonly [string, RegExp])[]): string | undefined => list.find(([, pattern]) => pattern.test(start))?.[0];
  const binary = found(binaries);
  if (binary !== undefined) return binary;
  return isText(head) ? (found(texts) ?? 'a text of something else') : 'binary data, such as a dump';
}
