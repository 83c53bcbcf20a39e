/** Adds a dump with its texts to a folder of dumps that has an index `files.json` (test/dumps/README.md says how they are packed). */
import { createHash } from 'node:crypto';
import { chmodSync, copyFileSync, createReadStream, existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { constants, zstdCompressSync } from 'node:zlib';
import { run } from './run.ts';

/** Texts above this are packed. */
const plainBytes = 3000;

interface Entry {
  readonly name: string;
  readonly size: number;
  readonly sha256: string;
  readonly how: string;
  readonly file: string;
  readonly base?: string;
  readonly compressed: number;
}

async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const bytes of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(bytes as Buffer);
  return hash.digest('hex');
}

function packTexts(from: string, to: string): void {
  for (const name of readdirSync(from, { recursive: true, encoding: 'utf8' })) {
    const path = join(from, name);
    if (!statSync(path).isFile()) continue;
    const target = join(to, name);
    mkdirSync(dirname(target), { recursive: true });
    const text = readFileSync(path);
    if (text.length <= plainBytes) copyFileSync(path, target);
    else writeFileSync(`${target}.zst`, zstdCompressSync(text, { params: { [constants.ZSTD_c_compressionLevel]: 19 } }));
  }
}

export interface Packing {
  /** Folder with the index; made if there is none. */
  readonly folder: string;
  readonly name: string;
  /** The dump itself. */
  readonly path: string;
  /** A dump of that folder of which the new one repeats much, and where its restored file is. */
  readonly base?: { readonly name: string; readonly path: string };
  /** Folder of texts about it. */
  readonly texts?: string;
}

/** Packs a dump, with `zstd --patch-from` where it has a base. @throws Error when its name is taken */
export async function packDump({ folder, name, path, base, texts }: Packing): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const index = join(folder, 'files.json');
  const { files } = existsSync(index) ? (JSON.parse(readFileSync(index, 'utf8')) as { files: readonly Entry[] }) : { files: [] };
  if (files.some((entry) => entry.name === name)) throw new Error(`${index} has a dump ${name}: caches trust names, so give another one`);
  const file = base === undefined ? `${name}.zst` : `${name}.delta.zst`;
  const packed = join(folder, file);
  await run('zstd', ['-q', '-f', '--ultra', '-22', '--long=31', ...(base === undefined ? [] : [`--patch-from=${base.path}`]), path, '-o', packed]);
  const entry: Entry = {
    name,
    size: statSync(path).size,
    sha256: await sha256Of(path),
    how: base === undefined ? 'plain' : 'delta',
    file,
    ...(base === undefined ? {} : { base: base.name }),
    compressed: statSync(packed).size,
  };
  chmodSync(packed, 0o644);
  writeFileSync(index, `${JSON.stringify({ files: [...files, entry] }, undefined, 1)}\n`);
  if (texts !== undefined) packTexts(texts, join(folder, 'oracles', name.replace(/\.(kdump|elf|s390)$/, '')));
}
