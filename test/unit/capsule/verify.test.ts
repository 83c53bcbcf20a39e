/** Evidence capsules: no bit of one is free, nobody else's signature passes, and what is not proven is said. */
import zlib from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { parseAllowedSigners, sshKeyText } from '../../../src/analysis/capsule/allowed-signers.ts';
import { packCase } from '../../../src/analysis/capsule/container.ts';
import { verifyCase, type TrustedSigners } from '../../../src/analysis/capsule/verify.ts';
import { membersOf } from '../../../src/analysis/formats/dumpcase-layout.ts';
import { memorySource } from '../../../src/analysis/source/memory-source.ts';
import { randomFor } from '../../run-size.ts';
import { builtCase, dumpJson, newKeys, page, sha256 } from './built-case.ts';

const signer = newKeys();
const other = newKeys();
const whole = builtCase(signer);
const now = Date.UTC(2026, 10, 1);
const verify = (bytes: Buffer, trusted: TrustedSigners = { key: signer.publicKey }) => verifyCase(bytes, 'built.dumpcase', trusted, now);
const failedStep = (bytes: Buffer, trusted?: TrustedSigners) => {
  const { outcome, steps, pages } = verify(bytes, trusted);
  expect({ outcome, pages }).toEqual({ outcome: 'failed', pages: { proven: 0, ranges: [] } });
  return steps.find(({ passed }) => passed === false);
};

/** The capsule with other members, as a zip of the same form. */
function changed(change: (members: Map<string, Buffer>) => void): Buffer {
  const members = new Map(
    membersOf(memorySource('built', whole)).map(({ name, offset, bytes }) => [name, Buffer.from(whole.subarray(offset, offset + bytes))]),
  );
  change(members);
  return packCase(members, 'built');
}

describe('a capsule', () => {
  it('is verified by its key, and proves the cited pages', () => {
    expect(verify(whole)).toMatchObject({
      outcome: 'verified',
      signer: { publicKey: sshKeyText(signer.publicKey) },
      dump: { identity: 'id', files: [{ name: 'vmcore' }] },
      pages: { proven: 2, ranges: [{ start: '0x0', end: '0x2000' }] },
    });
    expect(verify(whole).notProven.join(' ')).not.toContain('Who signed');
    expect(builtCase(signer).equals(whole)).toBe(true);
  });

  it('is only consistent if no trusted key is named', () => {
    const { outcome, notProven, steps } = verify(whole, {});
    expect(outcome).toBe('consistent');
    expect(notProven[0]).toContain('Who signed');
    expect(steps.find(({ check }) => check === 'signer')).not.toHaveProperty('passed');
  });

  it('has no unprotected bit: a change anywhere is found, with and without the key', () => {
    const random = randomFor('bits of a capsule');
    for (let at = 0; at < whole.length; at += 1) {
      const flipped = Buffer.from(whole);
      flipped[at] = (flipped[at] ?? 0) ^ (1 << random.below(8));
      for (const trusted of [{}, { key: signer.publicKey }]) {
        let outcome: string;
        try {
          ({ outcome } = verify(flipped, trusted));
        } catch (error) {
          outcome = (error as Error).message;
        }
        expect({ at, outcome }).toEqual({ at, outcome: expect.stringMatching(/^failed$|not an evidence capsule/) as string });
      }
    }
  });

  it('of any shorter length, or with bytes after it, is not one', () => {
    for (const bytes of [Buffer.concat([whole, Buffer.from([0])]), whole.subarray(0, whole.length - 1), whole.subarray(0, 3000)])
      expect(failedStep(bytes)).toMatchObject({ check: 'container' });
    expect(() => verify(whole.subarray(0, 20))).toThrow('it is not an evidence capsule');
    expect(() => verify(zlib.gzipSync(whole))).toThrow('it is not an evidence capsule');
  });

  it('signed again by somebody else is only consistent', () => {
    const forged = builtCase(other);
    expect(verify(forged, {}).outcome).toBe('consistent');
    expect(failedStep(forged)).toMatchObject({ check: 'signer', detail: expect.stringContaining('is not the public key that was given') as string });
  });

  it('with a member of another capsule, one more or one less, fails', () => {
    expect(failedStep(changed((members) => members.set('report.html', Buffer.from('<!doctype html>!'))))).toMatchObject({ check: 'members' });
    expect(failedStep(changed((members) => members.set('session.dumpbench.json', Buffer.from('{}'))))).toMatchObject({ check: 'members' });
    expect(failedStep(changed((members) => members.delete('pages.bin')))).toMatchObject({ check: 'members' });
    expect(failedStep(changed((members) => members.delete('case.json')))).toMatchObject({ check: 'signature' });
    expect(failedStep(changed((members) => members.set('mimetype', Buffer.from('application/vnd.dumpbench.case+zip\n'))))).toMatchObject({
      check: 'container',
    });
  });

  it('whose signer cites another page than the attested root holds, fails on that page', () => {
    const cited = builtCase(signer, { parts: {} });
    const members = membersOf(memorySource('built', cited));
    const proofs = JSON.parse(
      cited
        .subarray(members.find(({ name }) => name === 'proofs.json')?.offset)
        .subarray(0, members.find(({ name }) => name === 'proofs.json')?.bytes)
        .toString(),
    ) as { memoryRoot: string };
    const lie = builtCase(signer, {
      parts: {
        cited: {
          proofs: { root: proofs.memoryRoot, leaves: 2, pages: [{ pfn: 0, kind: 'page', bytes: page('another '), path: [Buffer.alloc(32)] }] },
          attestation: cited
            .subarray(members.find(({ name }) => name === 'attestation.json')?.offset)
            .subarray(0, members.find(({ name }) => name === 'attestation.json')?.bytes)
            .toString(),
          attester: signer.publicKey,
        },
      },
    });
    expect(failedStep(lie)).toMatchObject({ check: 'cited pages', detail: 'the page at 0x0 is not the one that the memory root proves' });
  });

  it('has nothing in its envelope that is not signed, and is about one dump', () => {
    const envelope = (change: (value: { signatures: object[] } & Record<string, unknown>) => void): Buffer =>
      changed((members) => {
        const value = JSON.parse(String(members.get('case.json'))) as { signatures: object[] } & Record<string, unknown>;
        change(value);
        members.set('case.json', Buffer.from(`${JSON.stringify(value, undefined, 2)}\n`));
      });
    const deep = (): Buffer =>
      changed((members) =>
        members.set('case.json', Buffer.from(`${String(members.get('case.json')).trim().slice(0, -1)},"x":${'['.repeat(100_000)}${']'.repeat(100_000)}}\n`)),
      );
    for (const bytes of [envelope((value) => (value.x = 1)), envelope((value) => Object.assign(value.signatures[0] ?? {}, { x: 1 })), deep()])
      expect(failedStep(bytes)).toMatchObject({ check: 'signature' });
    const texts = { report: '<!doctype html>\n', dump: dumpJson };
    expect(failedStep(builtCase(signer, { parts: { texts: { ...texts, dump: 'junk' } } }))).toMatchObject({ check: 'dump', detail: 'dump.json is not JSON' });
    expect(failedStep(builtCase(signer, { parts: { texts: { ...texts, reportJson: '{"identity":"other","fileName":"x"}' } } }))).toMatchObject({
      check: 'dump',
    });
    const files = [{ name: 'vmcore', sha256: sha256('vmcore') }];
    const twice = { dump: { identity: 'id', dumpKey: 'key', files: [...files, ...files] } };
    expect(failedStep(builtCase(signer, { parts: twice }))).toMatchObject({ check: 'attestation', detail: 'it is about other files' });
  });

  it('with an attestation of another dump, or by somebody who is not trusted, fails', () => {
    expect(failedStep(builtCase(signer, { identity: 'other' }))).toMatchObject({ check: 'attestation', detail: 'it is about a dump with another identity' });
    expect(failedStep(builtCase(signer, { attester: other }))).toMatchObject({ check: 'attestation' });
  });

  it('without cited pages says that it has none', () => {
    const { outcome, pages, notProven } = verify(builtCase(signer, { parts: { cited: undefined } as never }));
    expect({ outcome, pages }).toEqual({ outcome: 'verified', pages: { proven: 0, ranges: [] } });
    expect(notProven).toContain('Any page of the dump: none is in the capsule.');
  });
});

describe('allowed signers', () => {
  const line = (options: string, key = signer): string =>
    `eva@example.com,"IBM support" ${options}${options === '' ? '' : ' '}${sshKeyText(key.publicKey)} a comment`;
  const signers = (text: string): TrustedSigners => ({ file: 'signers', signers: parseAllowedSigners(text, 'signers') });

  it('say who signed, and by when a key may', () => {
    const trusted = signers(`# a comment\n\n${line('', other)}\n${line('namespaces="dumpbench,file",valid-after="20260101Z",valid-before="20270101Z"')}\n`);
    expect(verify(whole, trusted)).toMatchObject({
      outcome: 'verified',
      signer: {
        principals: expect.stringContaining('eva@example.com') as string,
        validAfter: '2026-01-01T00:00:00.000Z',
        validBefore: '2027-01-01T00:00:00.000Z',
      },
    });
    expect(verify(whole, trusted).steps.find(({ check }) => check === 'signer')?.detail).toContain('line 4 of signers');
  });

  it.each([
    ['a file of nobody', '# nobody\n'],
    ['another key', line('', other)],
    ['a key that may not sign any more', line('valid-before="20260601Z"')],
    ['a key that may not sign yet', line('valid-after="20261201000000Z"')],
    ['a key for other things', line('namespaces="git"')],
    ['a key that signs keys', line('cert-authority')],
  ])('%s does not let it pass', (_, text) => {
    expect(failedStep(whole, signers(text))).toMatchObject({ check: 'signer' });
  });

  it.each([
    ['eva@example.com', 'line 1: it has no key'],
    [`eva@example.com ssh-ed25519 AAAA`, 'line 1: its key is not an OpenSSH Ed25519 key'],
    [line('valid-after="yesterday"'), 'line 1: valid-after is "yesterday"'],
    [line('valid-after="20261301Z"'), 'line 1: valid-after is "20261301Z"'],
    [line('no-such-option'), 'line 1: the option no-such-option is not known'],
  ])('a line that cannot be read is named: %s', (text, what) => {
    expect(() => parseAllowedSigners(text, 'signers')).toThrow(what);
  });

  it('keys of other types are ignored', () => {
    expect(parseAllowedSigners('bob ssh-rsa AAAAB3NzaC1yc2E= bob\n', 'signers')).toEqual([]);
  });
});
