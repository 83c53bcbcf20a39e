/** One of every kind of evidence in a folder, and the ways to reach a file by another name. */
import { execFileSync, spawnSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { copyFileSync, linkSync, lstatSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect } from 'vitest';
import { buildCase, buildCaseFiles } from '../../src/samples/case-text.ts';
import { describedVmlinux } from '../unit/kernel/described-vmlinux.ts';
import { runCommands } from './run-commands.ts';

/** File names of the evidence. */
export const evidence = [
  'dump.s390',
  'volume.1',
  'volume.2',
  'dump.gz',
  'key.pem',
  'trusted.pub',
  'manifest.sha256',
  'manifest.hashdeep',
  'attestation.json',
  'index.sqlite',
  'vmlinux',
  'System.map',
  'vmcoreinfo.txt',
  'dmesg.txt',
  'session.dumpbench.json',
  'rules.json',
  'issues.jsonl',
  'notes.txt',
] as const;
export type Evidence = (typeof evidence)[number];

/** Makes the folder and all evidence in it. */
export async function makeEvidence(store: string, env: NodeJS.ProcessEnv): Promise<void> {
  const at = (name: Evidence): string => join(store, name);
  mkdirSync(store);
  const dump = buildCase('memory 64 KiB\ncpu prefix=0x8000\nformat s390');
  writeFileSync(at('dump.s390'), dump);
  writeFileSync(at('dump.gz'), gzipSync(dump));
  const volumes = ['volume.1', 'volume.2'] as const;
  for (const [number, bytes] of [...buildCaseFiles('memory 64 KiB\ncpu prefix=0x8000\nformat s390-mv partitions=0xa000,0xa000').values()].entries())
    writeFileSync(at(volumes[number]!), bytes);
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  writeFileSync(at('key.pem'), privateKey.export({ type: 'pkcs8', format: 'pem' }));
  writeFileSync(at('trusted.pub'), publicKey.export({ type: 'spki', format: 'pem' }));
  writeFileSync(at('vmlinux'), describedVmlinux({ symbols: [{ type: 'T', name: '_stext', address: 0x100000n }] }));
  writeFileSync(at('System.map'), '0000000000100000 T _stext\n');
  writeFileSync(at('vmcoreinfo.txt'), 'OSRELEASE=6.1.0\n');
  writeFileSync(at('dmesg.txt'), '[    0.000000] Linux version 6.1.0\n');
  writeFileSync(at('session.dumpbench.json'), '{"schema":1,"dumps":[{"pathHint":"/a"}],"cursors":[],"bookmarks":[],"annotations":[],"ignoreRules":[]}');
  writeFileSync(at('rules.json'), '{ "schema": 1, "name": "mine", "rules": [] }');
  writeFileSync(at('issues.jsonl'), '{"class":"panic","text":"met before"}\n');
  writeFileSync(at('notes.txt'), 'what a colleague saw before the crash\n');
  const made = await runCommands(
    [
      ['manifest', at('dump.s390'), '-o', at('manifest.sha256')],
      ['manifest', at('dump.s390'), '--format', 'hashdeep', '-o', at('manifest.hashdeep')],
      ['attest', at('dump.s390'), '--key', at('key.pem'), '-o', at('attestation.json')],
      ['index', at('dump.s390'), '--index', at('index.sqlite')],
    ],
    { env },
  );
  expect(made.map(({ code, err }) => (code === 0 ? '' : err))).toEqual(['', '', '', '']);
  expect(readdirSync(store).sort()).toEqual([...evidence].sort());
}

/** Everything about a file that must not change. */
export function stateOf(path: string): string {
  const { ino, size, mtimeMs, mode } = lstatSync(path);
  return JSON.stringify({ ino, size, mtimeMs, mode, bytes: readFileSync(path, 'base64') });
}

export const ways = ['path', 'symbolic link', 'hard link', 'bind mount'] as const;
export type Way = (typeof ways)[number];

/** Gives a file another name. Of a bind mount only the place is made: who may mount differs. */
export function reach(original: string, way: Way, target: string): void {
  if (way === 'path') copyFileSync(original, target);
  else if (way === 'symbolic link') symlinkSync(original, target);
  else if (way === 'hard link') linkSync(original, target);
  else writeFileSync(target, '');
}

/** Mounts a file over another one for all processes; root alone can. */
export const bindMount = (original: string, target: string): boolean => spawnSync('mount', ['--bind', original, target]).status === 0;
export const unmount = (target: string): void => {
  execFileSync('umount', [target]);
};
