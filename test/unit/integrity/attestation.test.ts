/** Attestations: what is signed is checked to the last bit, and no other dump passes for the attested one. */
import { createHash, createPublicKey, generateKeyPairSync, sign, verify, type KeyObject } from 'node:crypto';
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import * as v from 'valibot';
import { verifySchema, type CheckResult } from '../../../src/shared/check-model.ts';
import { openAttestation } from '../../../src/analysis/integrity/attestation.ts';
import { preAuthEncoding } from '../../../src/analysis/integrity/dsse.ts';
import { runInProcess } from '../../cli-in-process.ts';
import { randomFor, runs } from '../../run-size.ts';
import { scratchFolder } from '../../scratch-folder.ts';
import { commandFiles } from '../cli/command-files.ts';

const folder = scratchFolder();
const { healthy, damaged } = commandFiles(folder);
process.env.XDG_CACHE_HOME = join(folder, 'cache');

const pem = (key: KeyObject): string => key.export({ type: key.type === 'private' ? 'pkcs8' : 'spki', format: 'pem' }).toString();
const write = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};
const own = generateKeyPairSync('ed25519');
const other = generateKeyPairSync('ed25519');
const rsa = generateKeyPairSync('rsa', { modulusLength: 1024 });
const keys = {
  own: write('own.pem', pem(own.privateKey)),
  ownPublic: write('own.pub', pem(own.publicKey)),
  otherPublic: write('other.pub', pem(other.publicKey)),
  rsa: write('rsa.pem', pem(rsa.privateKey)),
};

interface Envelope {
  payloadType: string;
  payload: string;
  signatures: { keyid: string; sig: string }[];
}
const attested = runInProcess(['attest', healthy, '--key', keys.own]);
const envelope = async (): Promise<Envelope> => JSON.parse((await attested).out) as Envelope;

async function check(dump: string, attestation: string, key = keys.ownPublic): Promise<{ code: number; result: CheckResult | undefined; err: string }> {
  const { code, out, err } = await runInProcess(['verify', dump, '--quick', '--json', '--attestation', attestation, '--public-key', key]);
  return { code, result: out === '' ? undefined : v.parse(verifySchema, JSON.parse(out)).checks.find(({ id }) => id === 'attestation'), err };
}

describe('attest', () => {
  it('the encoding that is signed is the one of the specification', () => {
    // The example of the DSSE protocol.
    expect(preAuthEncoding('http://example.com/HelloWorld', Buffer.from('hello world')).toString()).toBe(
      'DSSEv1 29 http://example.com/HelloWorld 11 hello world',
    );
    expect(preAuthEncoding('\u00e9', Buffer.alloc(0)).toString()).toBe('DSSEv1 2 \u00e9 0 ');
  });

  it('writes an in-toto statement about the file, signed so that plain node:crypto agrees', async () => {
    const { payloadType, payload, signatures } = await envelope();
    expect(payloadType).toBe('application/vnd.in-toto+json');
    const body = Buffer.from(payload, 'base64');
    const message = Buffer.from(`DSSEv1 ${payloadType.length} ${payloadType} ${body.length} ${body.toString('latin1')}`, 'latin1');
    expect(verify(null, message, own.publicKey, Buffer.from(signatures[0]?.sig ?? '', 'base64'))).toBe(true);
    const sha256 = createHash('sha256').update(readFileSync(healthy)).digest('hex');
    expect(JSON.parse(body.toString())).toMatchObject({
      _type: 'https://in-toto.io/Statement/v1',
      subject: [{ name: 'healthy.vmcore', digest: { sha256 } }],
      predicate: { summary: { failed: 0 }, decisions: { panicKdump: 'started' } },
    });
    expect(body.toString()).not.toContain(folder);
    expect((await runInProcess(['attest', healthy, '--key', keys.own])).out).toBe((await attested).out);
  });

  it('a copy by another name is the attested dump', async () => {
    const path = write('good.json', (await attested).out);
    mkdirSync(join(folder, 'elsewhere'), { recursive: true });
    const copy = join(folder, 'elsewhere', 'renamed.core');
    cpSync(healthy, copy);
    for (const dump of [healthy, copy]) {
      const { code, result } = await check(dump, path);
      expect({ code, verdict: result?.verdict }).toEqual({ code: 0, verdict: 'passed' });
    }
  });

  it('another dump, one other byte, another key are not', async () => {
    const path = write('good2.json', (await attested).out);
    const bytes = readFileSync(healthy);
    bytes[bytes.length - 1] = (bytes[bytes.length - 1] ?? 0) ^ 1;
    const flipped = join(folder, 'flipped.vmcore');
    writeFileSync(flipped, bytes);
    for (const [dump, key] of [[damaged, keys.ownPublic], [flipped, keys.ownPublic], [healthy, keys.otherPublic]] as const) {
      const { code, result } = await check(dump, path, key);
      expect({ code, verdict: result?.verdict }).toEqual({ code: 1, verdict: 'failed' });
    } // prettier-ignore
  });

  it('no bit of payload, type or signature can be changed', async () => {
    const good = await envelope();
    const random = randomFor('attestation');
    const opened = (changed: Envelope): boolean => openAttestation(JSON.stringify(changed), own.publicKey, 'a').signed;
    expect(opened(good)).toBe(true);
    const flip = (text: string): string => {
      const bytes = Buffer.from(text, 'base64');
      const at = random.below(bytes.length);
      bytes[at] = (bytes[at] ?? 0) ^ (1 << random.below(8));
      return bytes.toString('base64');
    };
    for (let round = 0; round < runs(200, 5000); round += 1) {
      expect(opened({ ...good, payload: flip(good.payload) })).toBe(false);
      expect(opened({ ...good, signatures: good.signatures.map((one) => ({ ...one, sig: flip(one.sig) })) })).toBe(false);
    }
    expect(opened({ ...good, payloadType: 'application/vnd.in-toto+json ' })).toBe(false);
    // The key id is a hint: it proves nothing, and a wrong one takes nothing away.
    expect(opened({ ...good, signatures: good.signatures.map((one) => ({ ...one, keyid: 'someone' })) })).toBe(true);
    // The signature over the bare payload is no signature.
    const bare = sign(null, Buffer.from(good.payload, 'base64'), own.privateKey).toString('base64');
    expect(opened({ ...good, signatures: [{ keyid: '', sig: bare }] })).toBe(false);
  });

  it('signed by the key, but something else', async () => {
    const statement = (await envelope()).payload;
    const signed = (payloadType: string, body: Buffer): string =>
      JSON.stringify({
        payloadType,
        payload: body.toString('base64'),
        signatures: [{ sig: sign(null, preAuthEncoding(payloadType, body), own.privateKey).toString('base64') }],
      });
    for (const text of [signed('text/plain', Buffer.from(statement, 'base64')), signed('application/vnd.in-toto+json', Buffer.from('{}'))]) {
      const { code, result } = await check(healthy, write('else.json', text));
      expect({ code, verdict: result?.verdict }).toEqual({ code: 1, verdict: 'failed' });
    }
  });

  it('a memory root of version 1 says nothing of this dump: signature and bytes are verified all the same', async () => {
    expect((await runInProcess(['index', healthy, '--digest', '--quiet'])).code).toBe(0);
    const statement = JSON.parse(Buffer.from((await envelope()).payload, 'base64').toString()) as { predicate: Record<string, unknown> };
    const signedWith = async (facts: object, dump = healthy) => {
      const payloadType = 'application/vnd.in-toto+json';
      const body = Buffer.from(JSON.stringify({ ...statement, predicate: { ...statement.predicate, ...facts } }));
      const sig = sign(null, preAuthEncoding(payloadType, body), own.privateKey).toString('base64');
      const path = write('root.json', JSON.stringify({ payloadType, payload: body.toString('base64'), signatures: [{ sig }] }));
      const { code, result } = await check(dump, path);
      return { code, verdict: result?.verdict, root: result?.steps?.find((step) => step.check === 'memory root') };
    };
    const memoryRoot = '00'.repeat(32);
    const recognised = { check: 'memory root', detail: 'not-applicable: made with memory root 1' };
    // Statements of that time do not name the version.
    for (const facts of [
      { memoryRoot, memoryRootVersion: undefined },
      { memoryRoot, memoryRootVersion: 1 },
    ]) {
      expect(await signedWith(facts)).toEqual({ code: 0, verdict: 'passed', root: recognised });
      expect(await signedWith(facts, damaged)).toMatchObject({ code: 1, verdict: 'failed' });
    }
    // One of this version that differs is another dump's.
    expect(await signedWith({ memoryRoot, memoryRootVersion: 2 })).toMatchObject({ code: 1, verdict: 'failed', root: { passed: false } });
  });

  it.each([
    ['not JSON', 'hello'],
    ['no envelope', '{"payload":"e30="}'],
    ['no signatures', '{"payloadType":"x","payload":"e30=","signatures":[]}'],
    ['payload not base64', '{"payloadType":"x","payload":"?","signatures":[{"sig":""}]}'],
  ])('%s: exit code 3', async (_, text) => {
    const { code, err } = await check(healthy, write('broken.json', text));
    expect(code).toBe(3);
    expect(err).toContain('broken.json');
  });

  it('keys that cannot be used are refused without being shown', async () => {
    const secret = 'MC4CAQAwBQYDK2Vw-secret';
    const broken = write('broken.pem', `-----BEGIN PRIVATE KEY-----\n${secret}\n-----END PRIVATE KEY-----\n`);
    for (const key of [keys.rsa, keys.ownPublic, broken, join(folder, 'missing.pem')]) {
      const { code, err } = await runInProcess(['attest', healthy, '--key', key]);
      expect(code).toBe(3);
      expect(err).not.toContain(secret);
    }
    expect((await runInProcess(['attest', healthy])).code).toBe(2);
    expect((await runInProcess(['verify', healthy, '--quick', '--attestation', keys.own])).code).toBe(2);
    const before = readFileSync(keys.own);
    expect((await runInProcess(['attest', healthy, '--key', keys.own, '-o', keys.own])).code).toBe(2);
    expect(readFileSync(keys.own).equals(before)).toBe(true);
  });

  it('the public key may come out of the private one, as openssl writes it', () => {
    expect(createPublicKey(readFileSync(keys.own, 'utf8')).equals(own.publicKey)).toBe(true);
  });
});
