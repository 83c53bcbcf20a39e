/** A small capsule, put together without a dump, and ways to change it. */
import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { assembleCase, type CaseParts } from '../../../src/analysis/capsule/assemble.ts';
import { attest } from '../../../src/analysis/integrity/attestation.ts';
import { leafOf, TreeStack, uniformLeaf } from '../../../src/analysis/memory-tree/digest.ts';
import type { CitedProofs } from '../../../src/analysis/page-index/cited-proofs.ts';

export interface Keys {
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}
export const newKeys = (): Keys => generateKeyPairSync('ed25519');

/** The same in every run: of a seed of equal bytes, as PKCS #8 holds it (RFC 8410). */
export function fixedKeys(): Keys {
  const privateKey = createPrivateKey({
    key: Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), Buffer.alloc(32, 7)]),
    format: 'der',
    type: 'pkcs8',
  });
  return { privateKey, publicKey: createPublicKey(privateKey) };
}

export const page = (text: string): Buffer => Buffer.alloc(4096, text);
export const sha256 = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex');

/** Two leaves: a page, and one that is not in the dump. */
function proofs(bytes: Buffer): CitedProofs {
  const stack = new TreeStack();
  stack.push(leafOf(bytes), 1);
  stack.push(uniformLeaf.absent, 1);
  return {
    root: stack.root(),
    leaves: 2,
    pages: [
      { pfn: 0, kind: 'page', bytes, path: [uniformLeaf.absent] },
      { pfn: 1, kind: 'absent', path: [leafOf(bytes)] },
    ],
  };
}

const tool = { name: 'dumpbench', version: '0' };
const files = [{ name: 'vmcore', sha256: sha256('vmcore') }];
const health = { passed: 1, failed: 0, notRecorded: 0, notApplicable: 0, unreadable: 0, notRun: 0 };

export const dumpJson = JSON.stringify({
  fileName: 'vmcore',
  identity: 'id',
  info: { machine: { arch: 's390x', endianness: 'big', bits: 64 }, memory: { ranges: [{ start: '0x0', end: '0x4000' }] } },
});

/** @param attester signs the attestation; the signer without it */
export function builtCase(
  signer: Keys,
  { attester = signer, parts = {}, identity = 'id' }: { attester?: Keys; parts?: Partial<CaseParts>; identity?: string } = {},
): Buffer {
  const cited = proofs(page('cited '));
  const attestation = attest(
    { tool, identity, files, memoryRoot: cited.root, checks: [], summary: health, decisions: {} },
    attester.privateKey,
    attester.publicKey,
  );
  return assembleCase(
    {
      tool,
      dump: { identity: 'id', dumpKey: 'key', files },
      texts: { report: '<!doctype html>\n', dump: dumpJson },
      cited: { proofs: cited, attestation, attester: attester.publicKey },
      ...parts,
    },
    signer,
    'built.dumpcase',
  );
}
