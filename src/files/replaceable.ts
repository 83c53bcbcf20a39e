/**
 * What may be written over where a person asks for it: an output of the same kind. What is evidence by its bytes is not, also
 * where this run has not opened it: a dump, a volume, a page index, a vmlinux (none is text), a key, a manifest, an
 * attestation, a System.map, a vmcoreinfo.
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

/** From the first bytes as latin1. */
const marks: readonly Mark[] = [
  { is: 'it holds a key or a certificate', pattern: /^(?:[^<{]*\n)?-----BEGIN [A-Z0-9 ]+-----/, by: [] },
  { is: 'it is a VMCOREINFO text', pattern: /^(?:CRASHTIME|OSRELEASE)=/, by: [] },
  { is: 'it is a System.map', pattern: /^[0-9a-f]{8,16} [A-Za-z?] \S+(?:\n|$)/, by: [] },
  { is: 'it is a manifest', pattern: /^(?:%%%% HASHDEEP|(?:#.*\n)*\\?[0-9a-f]{64} [ *]|(?:#.*\n)*\\?SHA256 \()/i, by: ['manifest'] },
  { is: 'it is an attestation', pattern: /^\s*\{[^]*"payloadType"/, by: ['attestation'] },
  { is: 'it is a session', pattern: /^\s*\{[^]*"pathHint"/, by: ['session'] },
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
  const start = Buffer.from(head.buffer, head.byteOffset, head.byteLength).toString('latin1');
  if (start.startsWith('%PDF-')) return by === 'report' ? undefined : 'it is a PDF document';
  if (!isText(head)) return 'it is no text, so it may be a dump, an index or a program';
  const mark = marks.find(({ pattern }) => pattern.test(start));
  return mark === undefined || mark.by.includes(by) ? undefined : mark.is;
}
