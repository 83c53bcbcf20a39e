/**
 * Names of files are bytes; most are UTF-8. Those that are not are carried in strings by Python's rule (PEP 383): a byte
 * that is no UTF-8 is the lone surrogate U+DC80 to U+DCFF, which no other name gives, and becomes the byte again here.
 */
import { isUtf8 } from 'node:buffer';

const escapes = /[\udc80-\udcff]/;
/** A surrogate pair is one character and stays. */
const escaped = /[\ud800-\udbff][\udc00-\udfff]|[\udc80-\udcff]/g;

/** The form for the file system. */
export function pathBytes(path: string): string | Buffer {
  if (!escapes.test(path) || path.isWellFormed()) return path;
  const parts: Buffer[] = [];
  let done = 0;
  for (const { 0: mark, index } of path.matchAll(escaped)) {
    if (mark.length === 2) continue;
    parts.push(Buffer.from(path.slice(done, index)), Buffer.of(mark.charCodeAt(0) - 0xdc00));
    done = index + 1;
  }
  return Buffer.concat([...parts, Buffer.from(path.slice(done))]);
}

/** Length of the UTF-8 sequence that begins at `at`, 0 if there is none. */
function sequenceLength(bytes: Uint8Array, at: number): number {
  const first = bytes[at] ?? 0;
  const length = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  const end = at + length;
  return end <= bytes.length && isUtf8(bytes.subarray(at, end)) ? length : 0;
}

/** The string for a name from the file system. */
export function pathText(bytes: Uint8Array): string {
  if (isUtf8(bytes)) return Buffer.from(bytes).toString('utf8');
  let text = '';
  for (let at = 0; at < bytes.length;) {
    const length = sequenceLength(bytes, at);
    text += length === 0 ? String.fromCharCode(0xdc00 + (bytes[at] ?? 0)) : Buffer.from(bytes.subarray(at, at + length)).toString('utf8');
    at += Math.max(1, length);
  }
  return text;
}
