/**
 * Who may sign: a file in the form of OpenSSH (ssh-keygen(1), "ALLOWED SIGNERS"). A line has principals, options, the type of the key, and the key
 * in base64. Only Ed25519 keys matter here; keys of other types are left alone.
 */
import type { KeyObject } from 'node:crypto';
import { DumpError } from '../../shared/dump-error.ts';
import { failed, isFailure, type Result } from '../../shared/result.ts';

/** What `namespaces` of a line has to name, where it is there. */
export const signatureNamespace = 'dumpbench';
const keyType = 'ssh-ed25519';
const keyBytes = 32;

export interface AllowedSigner {
  readonly principals: string;
  /** The 32 bytes of the key, in hex digits. */
  readonly key: string;
  /** Milliseconds since 1970. */
  readonly validAfter?: number;
  readonly validBefore?: number;
  /** Of the file. */
  readonly line: number;
}

/** The 32 bytes of an Ed25519 public key. */
export const rawKey = (key: KeyObject): Buffer => Buffer.from(key.export({ format: 'jwk' }).x ?? '', 'base64url');

const lengthAndBytes = (bytes: Uint8Array): Buffer => {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
};

/** A public key as OpenSSH writes it (RFC 8709): what a line of such a file ends with. */
export const sshKeyText = (key: KeyObject): string =>
  `${keyType} ${Buffer.concat([lengthAndBytes(Buffer.from(keyType)), lengthAndBytes(rawKey(key))]).toString('base64')}`;

/** The words of a line: quoted parts may hold blanks and commas. */
function wordsOf(line: string): readonly string[] {
  return line.match(/(?:"[^"]*"|[^\s"])+/g) ?? [];
}

/** "YYYYMMDD[HHMM[SS]][Z]" in milliseconds since 1970; local time without Z, as ssh-keygen reads it. */
function timeOf(text: string): number | undefined {
  const found = /^(\d{4})(\d\d)(\d\d)(?:(\d\d)(\d\d)(\d\d)?)?(Z?)$/.exec(text);
  if (found === null) return undefined;
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0] = found.slice(1, 7).map((part: string | undefined) => Number(part ?? 0));
  const at = found[7] === 'Z' ? Date.UTC(year, month - 1, day, hour, minute, second) : new Date(year, month - 1, day, hour, minute, second).getTime();
  const read = new Date(at);
  const [readMonth, readDay] = found[7] === 'Z' ? [read.getUTCMonth(), read.getUTCDate()] : [read.getMonth(), read.getDate()];
  return readMonth === month - 1 && readDay === day ? at : undefined;
}

type Options = Pick<AllowedSigner, 'validAfter' | 'validBefore'> & { readonly isForOthers?: true };

function optionsOf(text: string): Result<Options> {
  let options: Options = {};
  for (const option of text.match(/(?:"[^"]*"|[^,"])+/g) ?? []) {
    const [name = '', value = ''] = option.split(/=(.*)/s);
    const plain = value.replace(/^"(.*)"$/s, '$1');
    switch (name.toLowerCase()) {
      case 'namespaces':
        if (!plain.split(',').some((one) => one === signatureNamespace || one === '*')) options = { ...options, isForOthers: true };
        break;
      case 'valid-after':
      case 'valid-before': {
        const at = timeOf(plain);
        if (at === undefined) return failed('options', `${name} is "${plain}"`);
        options = { ...options, [name.toLowerCase() === 'valid-after' ? 'validAfter' : 'validBefore']: at };
        break;
      }
      case 'cert-authority':
        options = { ...options, isForOthers: true };
        break;
      default:
        return failed('options', `the option ${name} is not known`);
    }
  }
  return { value: options };
}

function keyOf(base64: string): string | undefined {
  const blob = Buffer.from(base64, 'base64');
  const type = Buffer.from(keyType);
  const head = Buffer.concat([lengthAndBytes(type), Buffer.from([0, 0, 0, keyBytes])]);
  return blob.length === head.length + keyBytes && blob.subarray(0, head.length).equals(head) ? blob.subarray(head.length).toString('hex') : undefined;
}

/**
 * @param file for messages
 * @throws DumpError corrupt, naming the line: a file that decides who is trusted is not read by halves
 */
export function parseAllowedSigners(text: string, file: string): readonly AllowedSigner[] {
  const signers: AllowedSigner[] = [];
  for (const [at, given] of text.split(/\r?\n/).entries()) {
    const line = given.trim();
    if (line === '' || line.startsWith('#')) continue;
    const wrong = (what: string): DumpError =>
      new DumpError('corrupt', { file }, `line ${at + 1}: ${what}`, 'PRINCIPALS [OPTIONS] KEY-TYPE KEY, as ssh-keygen -Y verify reads it');
    const words = wordsOf(line);
    const typeAt = words.findIndex((word, index) => index > 0 && index < 3 && /^(?:sk-)?(?:ssh|ecdsa)-/.test(word));
    const [principals = '', type, base64] = [words[0], words[typeAt], words[typeAt + 1]];
    if (typeAt < 0 || type === undefined || base64 === undefined) throw wrong('it has no key');
    const options = typeAt === 1 ? { value: {} } : optionsOf(words[1] ?? '');
    if (isFailure(options)) throw wrong(options.missing.why);
    if (type !== keyType) continue;
    const key = keyOf(base64);
    if (key === undefined) throw wrong('its key is not an OpenSSH Ed25519 key');
    const { isForOthers, ...valid } = options.value;
    if (isForOthers !== true) signers.push({ principals: principals.replace(/^"(.*)"$/s, '$1'), key, ...valid, line: at + 1 });
  }
  return signers;
}
