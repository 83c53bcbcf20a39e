/** Every output of Dumpbench, and every other kind of file, where an output of every kind is asked to replace it. */
import { generateKeyPairSync } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { manifestFormats } from '../../../src/analysis/integrity/manifest.ts';
import { reportFormats } from '../../../src/analysis/report/index.ts';
import { writeOutput } from '../../../src/files/output-file.ts';
import type { OutputKind } from '../../../src/files/replaceable.ts';
import { toCsv, toJson } from '../../../src/renderer/views/sql/sql-cells.ts';
import { buildCase } from '../../../src/samples/case-text.ts';
import { analysisCsv } from '../../../src/shared/analysis-text.ts';
import type { SavedSession } from '../../../src/shared/session-model.ts';
import { savedKinds } from '../../../src/shared/shell-protocol.ts';
import { runInProcess } from '../../cli-in-process.ts';
import { scratchFolder } from '../../scratch-folder.ts';

const root = scratchFolder();
const at = (name: string): string => join(root, name);
const dumps = ['one.s390', 'other.s390'] as const;
const keys = ['first.pem', 'second.pem'] as const;

async function printed(...argv: string[]): Promise<string> {
  const { code, out, err } = await runInProcess(argv);
  expect(code, err).toBe(0);
  return out;
}

const columns = [
  { name: 'pid', type: 'pid', about: '' },
  { name: 'state', type: 'text', about: '' },
] as const;
const session = (names: readonly string[]): string => {
  const saved: SavedSession = {
    schema: 1,
    dumps: names.map((name) => ({ identity: name, dumpKey: 'k', pathHint: `/${name}` })),
    cursors: [],
    bookmarks: [],
    annotations: [],
    ignoreRules: [],
  };
  return `${JSON.stringify(saved, undefined, 2)}\n`;
};

interface Output {
  readonly kind: OutputKind;
  readonly text: string;
  /** What differs from others of its kind that may not replace it. */
  readonly of: string;
}
const outputs = new Map<string, Output>();

beforeAll(async () => {
  writeFileSync(at(dumps[0]), buildCase('memory 64 KiB\ncpu prefix=0x8000\nformat s390'));
  writeFileSync(at(dumps[1]), buildCase('memory 128 KiB\ncpu prefix=0x8000\nformat s390'));
  for (const key of keys) writeFileSync(at(key), generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }));
  for (const dump of dumps) {
    for (const { id } of reportFormats) {
      const text = await printed('report', at(dump), '--quick', '--format', id);
      outputs.set(`report ${id} of ${dump}`, { kind: 'report', text, of: '' });
    }
    for (const { id } of manifestFormats)
      outputs.set(`${id} of ${dump}`, { kind: 'manifest', text: await printed('manifest', at(dump), '--format', id), of: dump });
    for (const key of keys) {
      const text = await printed('attest', at(dump), '--key', at(key));
      outputs.set(`attestation of ${dump} by ${key}`, { kind: 'attestation', text, of: `${dump} ${key}` });
    }
    outputs.set(`session of ${dump}`, { kind: 'session', text: session([dump]), of: dump });
  }
  const result = (names: readonly string[]) => ({ columns: names, rows: [names.map((_, index) => index)] }) as unknown as Parameters<typeof toCsv>[0];
  for (const names of [['pfn', 'state'], ['address']]) {
    outputs.set(`rows of ${names.join()} as CSV`, { kind: 'rows', text: toCsv(result(names)), of: `csv ${names.join()}` });
    outputs.set(`rows of ${names.join()} as JSON`, { kind: 'rows', text: toJson(result(names)), of: `json ${names.join()}` });
  }
  outputs.set('rows of an analysis', { kind: 'rows', text: analysisCsv(columns, [{ pid: 1, state: 'S' }]), of: 'csv pid,state' });
});

function tried(there: string | Uint8Array, kind: OutputKind, text: string): string | undefined {
  const path = at('target');
  writeFileSync(path, there);
  try {
    writeOutput(path, text, { kind, replace: true });
    expect(readFileSync(path, 'utf8')).toBe(text);
    return undefined;
  } catch (error) {
    expect(readFileSync(path)).toEqual(Buffer.from(there as string));
    return (error as Error).message;
  }
}

describe('an output that is asked to replace a file', () => {
  it('replaces what Dumpbench wrote of the same kind, and of manifests, attestations and sessions what states the same', () => {
    expect(new Set([...outputs.values()].map(({ kind }) => kind))).toEqual(new Set(savedKinds));
    for (const [what, there] of outputs) {
      for (const [by, { kind, text, of }] of outputs) {
        const why = tried(there.text, kind, text);
        if (kind === there.kind && of === there.of) expect(why, `${what} by ${by}`).toBeUndefined();
        else
          expect(why, `${what} by ${by}`).toMatch(
            /it (?:seems to be|states) .*replaces? nothing but .*expected another name, or that you delete the file yourself/s,
          );
      }
    }
  });

  it('replaces one that states less: a session of one dump by that of two, never the other way round', () => {
    const [both, one] = [session(['a', 'b']), session(['b'])];
    expect(tried(one, 'session', both)).toBeUndefined();
    expect(tried(both, 'session', one)).toMatch(/states what this output does not/);
  });

  it.each([
    ['a digest of another kind', `${'b'.repeat(32)}  dump.s390\n`],
    ['a digest with its kind', `SHA512 (dump.s390) = ${'b'.repeat(128)}\n`],
    ['a digest in binary mode', `${'b'.repeat(64)} *other.s390\n`],
    ['a digest in capitals', `${'B'.repeat(64)}  other.s390\n`],
    ["hashdeep's line of another file with two digests", `10,${'b'.repeat(32)},${'b'.repeat(64)},other.s390\n`],
    ['a note', '# received from the site on Friday, seal intact\n'],
    ['a piece of another file', `# piece ${'b'.repeat(64)} 0-1048575  other.s390\n`],
    ['words', 'signed: a colleague\n'],
  ])('leaves a manifest to which a person added %s, unless the new one has that line too', (_, line) => {
    const manifests = [...outputs].filter(([, { kind, of }]) => kind === 'manifest' && of === dumps[0]);
    expect(manifests.length).toBe(manifestFormats.length);
    for (const [what, { text }] of manifests) {
      for (const there of [text + line, (text + line).replaceAll('\n', '\r\n')])
        for (const [by, again] of manifests) expect(tried(there, 'manifest', again.text), `${what} by ${by}`).toMatch(/states what this output does not/);
      expect(tried(text + line, 'manifest', `${text}${line}`)).toBeUndefined();
      expect(tried(text.replaceAll('\n', '\r\n'), 'manifest', text)).toBeUndefined();
    }
  });

  it('replaces an empty file', () => {
    for (const { kind, text } of outputs.values()) expect(tried('', kind, text)).toBeUndefined();
  });

  const digest = (length: number): string => 'a'.repeat(length);
  it.each<readonly [seems: RegExp, content: string | Uint8Array]>([
    [/ELF/, Buffer.from('7f454c46020201000000000000000000', 'hex')],
    [/SQLite/, Buffer.from('SQLite format 3\0', 'latin1')],
    [/packed/, Buffer.from('1f8b0800', 'hex')],
    [/kdump/, Buffer.from('KDUMP   ')],
    [/kdump/, Buffer.from('makedumpfile\0\0\0\0')],
    [/PDF/, '%PDF-1.4\n1 0 obj\n<</Creator (another program)>>'],
    [/PDF/, '%PDF-1.4\n1 0 obj\n<</Title (x /Creator \\(y dumpbench/1\\))\n/Creator (other)\n/Producer (Skia/PDF m130)>>'],
    [/UTF-16/, Buffer.from([0xff, 0xfe, 0x41, 0])],
    [/binary data/, Buffer.from([0xa8, 0x19, 0x01, 0x73, 0x61, 0x8f, 0x23, 0xfd])],
    [/binary data/, Buffer.alloc(5000)],
    [/a key/, '-----BEGIN PRIVATE KEY-----\nMC4CAQ==\n-----END PRIVATE KEY-----\n'],
    [/a key/, 'Bag Attributes\n    name: k\n-----BEGIN EC PRIVATE KEY-----\n'],
    [/a public key/, 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAA someone\n'],
    [/System\.map/, '0000000000100000 T _stext\n'],
    [/System\.map/, '\ufeff0000000000100000 T _stext\r\n0000000000100004 t _text\r\n'],
    [/System\.map/, '                 U __crc_one\n0000000000100000 T _stext\n'],
    [/VMCOREINFO/, 'OSRELEASE=6.1.0\nPAGESIZE=4096\n'],
    [/VMCOREINFO/, 'KERNELOFFSET=0\nNUMBER(x)=1\nPAGESIZE=4096\n'],
    [/kernel log/, '[    0.000000] Linux version 6.1.0\n'],
    [/kernel log/, '<5>[    0.000000][    T0] Linux version 6.1.0\n'],
    [/rules/, '{ "schema": 1, "name": "mine", "rules": [] }'],
    [/manifest/, `${digest(32)}  dump.s390\n`],
    [/manifest/, `# made by hand\n${digest(64)}  dump.s390\n`],
    [/manifest/, `${digest(64)}  dump.s390\n`],
    [/manifest/, `SHA512 (dump.s390) = ${digest(128)}\n`],
    [/manifest/, `\ufeff%%%% HASHDEEP-1.0\n%%%% size,sha256,filename\n## Invoked from: /\n1,${digest(64)},x\n`],
    [/attestation/, `{"payload": "${'A'.repeat(5000)}", "payloadType": "x"}`],
    [/attestation/, '{"payloadType":"application/vnd.in-toto+json","payload":""}'],
    [/attestation|states|JSON/, '{\n  "payloadType": "application/vnd.in-toto+json",\n  "payload": "e30=",\n  "signatures": []\n}\n'],
    [/session/, '{"schema":1,"dumps":[{"pathHint":"/a"}]}'],
    [/HTML/, '<!doctype html>\n<html><head><title>Integrity report: x</title>'],
    [/XML/, '<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="other">'],
    [/JSON/, '{ "version": "2.1.0", "runs": [{ "tool": { "driver": { "name": "other" } } }] }'],
    [/JSON/, '{\n  "schema": 1,\n  "tool": {\n    "name": "dumpbench",\n    "version": "0.1.0"\n  },\n  "file": {\n'],
    [/something else/, 'a colleague wrote down what happened\n'],
    [/something else/, 'pid,state\n1,S\n'],
    [/something else/, '# Integrity report: by hand\n\nwords\n'],
    [/something else/, '\n'],
  ])('leaves what seems to be %s', (seems, content) => {
    for (const [by, { kind, text }] of outputs) {
      const why = tried(content, kind, text);
      expect(why, by).toMatch(/delete the file yourself/);
      expect(why, by).toMatch(seems);
    }
    expect(tried(content, 'sample', 'x')).toMatch(/a sample replaces nothing/);
  });
});
