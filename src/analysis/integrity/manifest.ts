/**
 * Lists of digests that lie next to a file: what `sha256sum` and `hashdeep` write and check. Besides the digest of each file we write
 * those of its pieces, as comments that both tools pass over: with them the bad ranges of a damaged file can be named. The pieces of
 * `hashdeep -p` (lines whose name ends in "offset FIRST-LAST") are read as well.
 */
import { baseName } from '../../shared/base-name.ts';
import { DumpError } from '../../shared/dump-error.ts';
import { linesOf } from '../layout/text-lines.ts';

/** Digest of `[start, end)` of a file. */
export interface Piece {
  readonly start: number;
  readonly end: number;
  /** 64 hex digits. */
  readonly sha256: string;
}
export interface FileDigests {
  /** Last part of the path. */
  readonly name: string;
  /** Undefined where a manifest does not say. */
  readonly bytes?: number | undefined;
  readonly sha256?: string | undefined;
  readonly pieces: readonly Piece[];
}

const sha256 = /^[0-9a-f]{64}$/i;
/** More pieces than we ever write; a manifest of a whole archive may name many files. */
const maxLines = 1_000_000;

/** Pieces of a file of this size: 1 MiB, and larger ones where there would be more than 4096. */
export function pieceSize(bytes: number): number {
  let size = 1 << 20;
  while (bytes / size > 4096) size *= 2;
  return size;
}

/** sha256sum writes a backslash before the line and escapes within when a name would break it. */
const escapeName = (name: string): string => name.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('\r', '\\r');
const unescapeName = (name: string): string => name.replaceAll(/\\([\\nr])/g, (_, mark: string) => (mark === 'n' ? '\n' : mark === 'r' ? '\r' : '\\'));

function formatSha256sum(files: readonly FileDigests[]): string {
  return files
    .map(({ name, bytes, sha256: digest, pieces }) => {
      const escaped = escapeName(name);
      const head = `${escaped === name ? '' : '\\'}${digest ?? ''}  ${escaped}`;
      return [head, `# size ${bytes ?? 0}  ${escaped}`, ...pieces.map((piece) => `# piece ${piece.sha256} ${piece.start}-${piece.end - 1}  ${escaped}`)].join(
        '\n',
      );
    })
    .join('\n');
}

/** hashdeep takes a name as it is, and has no way to write a line break. */
const oneLine = (name: string): string => name.replaceAll(/[\n\r]/g, '?');

function formatHashdeep(files: readonly FileDigests[]): string {
  const lines = files.flatMap(({ name, bytes, sha256: digest, pieces }) => [
    `${bytes ?? 0},${digest ?? ''},${oneLine(name)}`,
    ...pieces.map((piece) => `## piece ${piece.end - piece.start},${piece.sha256},${oneLine(name)} offset ${piece.start}-${piece.end - 1}`),
  ]);
  return ['%%%% HASHDEEP-1.0', '%%%% size,sha256,filename', '##', ...lines].join('\n');
}

export interface ManifestFormat {
  readonly id: string;
  readonly title: string;
  /** What it is good for. */
  readonly about: string;
  readonly mediaType: string;
  /** Without dot. */
  readonly extension: string;
  render(files: readonly FileDigests[]): string;
}

/** The registry of manifest formats. */
export const manifestFormats: readonly ManifestFormat[] = [
  {
    id: 'sha256sum',
    title: 'Manifest (sha256sum)',
    about: 'digests of the files and their pieces',
    mediaType: 'text/plain',
    extension: 'sha256',
    render: (files) => `${formatSha256sum(files)}\n`,
  },
  {
    id: 'hashdeep',
    title: 'Manifest (hashdeep)',
    about: 'the same for hashdeep',
    mediaType: 'text/plain',
    extension: 'hashdeep',
    render: (files) => `${formatHashdeep(files)}\n`,
  },
];

interface Line {
  readonly name: string;
  readonly sha256?: string;
  readonly bytes?: number;
  readonly range?: readonly [first: number, last: number];
}

function sha256sumLine(text: string): Line | undefined {
  const size = /^# size (\d+) {2}(.+)$/.exec(text);
  if (size?.[1] !== undefined && size[2] !== undefined) return { name: unescapeName(size[2]), bytes: Number(size[1]) };
  const piece = /^# piece ([0-9a-f]{64}) (\d+)-(\d+) {2}(.+)$/i.exec(text);
  if (piece?.[1] !== undefined && piece[4] !== undefined)
    return { name: unescapeName(piece[4]), sha256: piece[1].toLowerCase(), range: [Number(piece[2]), Number(piece[3])] };
  // Text and binary mode differ in the mark before the name; "SHA256 (NAME) = DIGEST" is what --tag writes.
  const plain = /^(\\?)([0-9a-f]{64}) [ *](.+)$/i.exec(text);
  const tagged = /^(\\?)SHA256 \((.+)\) = ([0-9a-f]{64})$/i.exec(text);
  const [escape, digest, name] = plain === null ? [tagged?.[1], tagged?.[3], tagged?.[2]] : [plain[1], plain[2], plain[3]];
  if (digest === undefined || name === undefined) return undefined;
  return { name: escape === '\\' ? unescapeName(name) : name, sha256: digest.toLowerCase() };
}

function hashdeepLine(text: string, columns: readonly string[]): Line | undefined {
  const cells = text.replace(/^## piece /, '').split(',');
  const name = cells.slice(columns.length - 1).join(',');
  const digest = cells[columns.indexOf('sha256')];
  const bytes = Number(cells[columns.indexOf('size')]);
  if (digest === undefined || !sha256.test(digest) || name === '') return undefined;
  const range = /^(.*) offset (\d+)-(\d+)$/.exec(name);
  if (range?.[1] === undefined) return { name, sha256: digest.toLowerCase(), ...(Number.isSafeInteger(bytes) ? { bytes } : {}) };
  return { name: range[1], sha256: digest.toLowerCase(), range: [Number(range[2]), Number(range[3])] };
}

/** Characters that keep no line alive. */
const ownText = (text: string): string => Buffer.from(text, 'latin1').toString('latin1');

/**
 * Reads a manifest of either form.
 * @param pieces of its text
 * @param file its name, for errors
 * @param isWanted which files are asked for, by their base names: of the others two are kept, which shows that there are others
 * @returns the files that it names, by their base names and in its order
 * @throws DumpError corrupt, when a line is of neither form or no line has a SHA-256
 */
export function parseManifest(pieces: Iterable<Buffer>, file: string, isWanted: (name: string) => boolean = () => true): readonly FileDigests[] {
  let columns: readonly string[] | undefined;
  const found = new Map<string, { bytes?: number | undefined; sha256?: string | undefined; pieces: Piece[] }>();
  let count = 0;
  for (const { bytes, offset: at } of linesOf(pieces)) {
    count += 1;
    if (count > maxLines) throw new DumpError('unsupported', { file }, `the manifest has more than ${maxLines} lines`, `at most ${maxLines}`);
    const line = bytes.toString('utf8').replace(/\r$/, '');
    const header = /^%%%% (size,.*filename)\s*$/.exec(line)?.[1]?.split(',');
    if (header !== undefined && !header.includes('sha256'))
      throw new DumpError('unsupported', { file }, `the manifest has the columns ${header.join(', ')}`, 'a column sha256');
    columns ??= header;
    const isComment = line.startsWith('%%%%') || (columns === undefined ? line.startsWith('#') && !/^# (size|piece) /.test(line) : /^#(?!# piece )/.test(line));
    if (line.trim() === '' || isComment) continue;
    const parsed = columns === undefined ? sha256sumLine(line) : hashdeepLine(line, columns);
    if (parsed === undefined)
      throw new DumpError('corrupt', { file, offset: at }, 'a line of the manifest is of neither form', 'a line of sha256sum or of hashdeep with a SHA-256');
    const name = baseName(parsed.name);
    if (!found.has(name) && found.size >= 2 && !isWanted(name)) continue;
    const entry = found.get(name) ?? { pieces: [] };
    found.set(name, entry);
    if (parsed.bytes !== undefined) entry.bytes = parsed.bytes;
    if (parsed.sha256 === undefined) continue;
    if (parsed.range === undefined) {
      entry.sha256 = parsed.sha256;
      continue;
    }
    const [first, last] = parsed.range;
    if (!Number.isSafeInteger(last) || last < first)
      throw new DumpError('corrupt', { file, offset: at }, `a piece of the manifest reaches from ${first} to ${last}`, 'an ascending range');
    entry.pieces.push({ start: first, end: last + 1, sha256: ownText(parsed.sha256) });
  }
  if (found.size === 0) throw new DumpError('corrupt', { file }, 'the manifest names no file', 'lines of sha256sum or of hashdeep with a SHA-256');
  return [...found].map(([name, entry]) => ({ name, ...entry }));
}
