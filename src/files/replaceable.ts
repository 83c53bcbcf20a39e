/**
 * What may be written over where a person asks for it: an output of the same kind. What is evidence by its bytes is not, also
 * where this run has not opened it: a dump, a volume, a page index, a vmlinux (none is text), a key, a manifest, an
 * attestation, a System.map, a vmcoreinfo, a kernel log, rules. Other text cannot be told from a report, and is replaced.
 */

/** `own`: what the program keeps for itself, in a folder of its own. */
export type OutputKind = 'report' | 'manifest' | 'attestation' | 'session' | 'rows' | 'sample' | 'own';

/** Bytes of a file that are looked at. */
export const lookedAtBytes = 4096;

interface Mark {
  readonly is: string;
  readonly pattern: RegExp;
  /** Outputs that may replace it. */
  readonly by: readonly OutputKind[];
}

/** Names of digests as md5sum, sha256sum and their like print them with --tag. */
const digestNames = '(?:MD5|SHA-?1|SHA-?224|SHA-?256|SHA-?384|SHA-?512|BLAKE2b)';

/** From the first bytes as latin1, without a byte order mark and with line feeds alone. */
const marks: readonly Mark[] = [
  { is: 'it holds a key or a certificate', pattern: /^(?:[^<{]*\n)?-----BEGIN [A-Z0-9 ]+-----/, by: [] },
  { is: 'it is a public key', pattern: /^(?:[a-z-]+@)?(?:ssh-(?:rsa|ed25519|dss)|ecdsa-sha2-\S+|sk-\S+) A{4}[A-Za-z0-9+/]/, by: [] },
  {
    is: 'it is a VMCOREINFO text',
    pattern: /^(?:[A-Z][A-Z0-9_-]*(?:\([^)\n]*\))?=[^\n]*\n)*(?:CRASHTIME|OSRELEASE|PAGESIZE|BUILD-ID|SYMBOL\([^)\n]*\))=/,
    by: [],
  },
  { is: 'it is a System.map', pattern: /^(?:[0-9a-f]{8,16}| {8,16}) [A-Za-z?] \S+(?:\n|$)/, by: [] },
  { is: 'it is a kernel log', pattern: /^(?:<\d+>)?\[ *\d+\.\d{6}\](?:\[[^\]\n]*\])? /, by: [] },
  {
    is: 'it is a manifest',
    pattern: new RegExp(
      `^(?:%%%% HASHDEEP|(?:#.*\n)*\\\\?(?:[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{56}|[0-9a-f]{64}|[0-9a-f]{96}|[0-9a-f]{128}) [ *]|(?:#.*\n)*\\\\?${digestNames} \\()`,
      'i',
    ),
    by: ['manifest'],
  },
  { is: 'it is an attestation', pattern: /^\s*[[{](?:[^]*"payloadType"|\s*\{?\s*"(?:payload|signatures)")/, by: ['attestation'] },
  { is: 'it is a session', pattern: /^\s*\{[^]*"pathHint"/, by: ['session'] },
  // SARIF has rules too, in a run.
  { is: 'it holds rules of what to ignore', pattern: /^\s*\{(?![^]*"runs"\s*:)[^]*"rules"\s*:\s*\[/, by: [] },
];

const isText = (head: Uint8Array): boolean => {
  // A character that the cut goes through is no fault.
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
};

/**
 * Why a file that is there must not be replaced by an output; undefined when it may be.
 * @param head its first `lookedAtBytes` bytes
 */
export function whyKept(head: Uint8Array, by: OutputKind): string | undefined {
  if (by === 'own' || head.length === 0) return undefined;
  const start = Buffer.from(head.buffer, head.byteOffset, head.byteLength)
    .toString('latin1')
    .replace(/^\xef\xbb\xbf/, '')
    .replaceAll('\r\n', '\n');
  if (start.startsWith('%PDF-')) return by === 'report' ? undefined : 'it is a PDF document';
  if (!isText(head)) return 'it is no text, so it may be a dump, an index or a program';
  const mark = marks.find(({ pattern }) => pattern.test(start));
  return mark === undefined || mark.by.includes(by) ? undefined : mark.is;
}
