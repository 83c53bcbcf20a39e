/**
 * DSSE: signed envelopes (secure-systems-lab/dsse, protocol.md and envelope.md, version 1.0.2), here with Ed25519 (RFC 8032). What is
 * signed is not the payload but its pre-authentication encoding, which binds the payload's type.
 */
import { createHash, sign, verify, type KeyObject } from 'node:crypto';
import * as v from 'valibot';

/** "DSSEv1" SP LEN(type) SP type SP LEN(body) SP body, lengths as ASCII decimals of bytes. */
export function preAuthEncoding(payloadType: string, body: Uint8Array): Buffer {
  const type = Buffer.from(payloadType, 'utf8');
  return Buffer.concat([Buffer.from(`DSSEv1 ${type.length} `), type, Buffer.from(` ${body.length} `), body]);
}

// Both the standard and the URL-safe alphabet are allowed to a reader.
const base64 = v.pipe(v.string(), v.regex(/^(?:[A-Za-z0-9+/]*|[A-Za-z0-9_-]*)={0,2}$/, 'base64'));
export const envelopeSchema = v.object({
  payloadType: v.string(),
  payload: base64,
  signatures: v.pipe(v.array(v.object({ keyid: v.optional(v.string()), sig: base64 })), v.minLength(1)),
});
export type Envelope = v.InferOutput<typeof envelopeSchema>;

/** SHA-256 of the public key's DER form (SubjectPublicKeyInfo): a hint, which a reader must not trust. */
export const keyIdOf = (publicKey: KeyObject): string =>
  createHash('sha256')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest('hex');

/** @param privateKey an Ed25519 key */
export function signEnvelope(payloadType: string, body: Uint8Array, privateKey: KeyObject, keyid: string): Envelope {
  const sig = sign(null, preAuthEncoding(payloadType, body), privateKey).toString('base64');
  return { payloadType, payload: Buffer.from(body).toString('base64'), signatures: [{ keyid, sig }] };
}

/** The payload's bytes, and whether one of the signatures is that of the key. */
export function openEnvelope(envelope: Envelope, publicKey: KeyObject): { readonly body: Buffer; readonly signed: boolean } {
  const body = Buffer.from(envelope.payload, 'base64');
  const message = preAuthEncoding(envelope.payloadType, body);
  const signed = envelope.signatures.some(({ sig }) => {
    const bytes = Buffer.from(sig, 'base64');
    return bytes.length === 64 && verify(null, message, publicKey, bytes);
  });
  return { body, signed };
}
