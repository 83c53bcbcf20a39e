/** Reads what a user brings along: manifests, attestations, keys, healthy images of the kdump kernel. */
import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import { givenPieces, readGivenText } from '../../../files/given-file.ts';
import { defined } from '../../../shared/defined.ts';
import { DumpError, isDumpError } from '../../../shared/dump-error.ts';
import { RequestError } from '../../../shared/rpc.ts';
import { IndexDamaged } from '../../page-index/index-error.ts';
import { readIndex } from '../../page-index/store.ts';
import { openAttestation } from '../../integrity/attestation.ts';
import type { EarlierIndex, Evidence, KdumpOriginal } from '../../integrity/evidence.ts';
import { parseManifest, type FileDigests } from '../../integrity/manifest.ts';
import type { ByteSource } from '../../source/byte-source.ts';
import { openFile, type FileSource } from '../../source/file-source.ts';
import { earlierIndexPath, indexPathOf } from '../pages/dump-index.ts';
import { openSession, type Session } from '../session/session.ts';

export interface EvidencePaths {
  readonly manifest?: string | undefined;
  readonly attestation?: string | undefined;
  readonly publicKey?: string | undefined;
  readonly kdumpImages?: readonly string[] | undefined;
  /** A page index to compare the dump with, instead of the one in the cache folder. */
  readonly path?: string | undefined;
}

/** Bytes at most: a manifest of half a million files or pieces is smaller, an attestation of a thousand volumes, a key with its certificates. */
const most = { manifest: 64 << 20, attestation: 4 << 20, key: 64 << 10 } as const;

const readText = (path: string, kind: 'attestation' | 'key'): string =>
  readGivenText(path, { what: kind === 'attestation' ? `an ${kind}` : `a ${kind}`, most: most[kind] });

/** What a manifest says of the files of a dump. */
function readManifest(path: string, files: readonly ByteSource[]): readonly FileDigests[] {
  const names = new Set(files.map(({ name }) => basename(name)));
  return parseManifest(givenPieces(path, { what: 'a manifest', most: most.manifest }), path, (name) => names.has(name));
}

/** Text of an attestation. @throws DumpError */
export const readAttestation = (path: string): string => readText(path, 'attestation');

function ed25519(path: string, make: (pem: string) => KeyObject, expected: string): KeyObject {
  let key: KeyObject;
  try {
    key = make(readText(path, 'key'));
  } catch (error) {
    if (isDumpError(error)) throw error;
    // What the library says may quote the key.
    throw new DumpError('corrupt', { file: path }, 'the key cannot be read (keys with a passphrase are not supported)', expected);
  }
  if (key.asymmetricKeyType !== 'ed25519') throw new DumpError('unsupported', { file: path }, `the key is of type ${key.asymmetricKeyType ?? '?'}`, expected);
  return key;
}

/** @throws DumpError when the file is not an Ed25519 private key in PKCS#8 PEM form */
export const readPrivateKey = (path: string): KeyObject => ed25519(path, (pem) => createPrivateKey(pem), 'an Ed25519 private key in PKCS#8 PEM form');
/** @throws DumpError when the file is not an Ed25519 public key in PEM form */
export const readPublicKey = (path: string): KeyObject =>
  ed25519(
    path,
    (pem) => {
      // A public key follows from it, and whoever hands out the private one has a mistake to notice.
      if (pem.includes('PRIVATE KEY')) throw new Error('a private key');
      return createPublicKey(pem);
    },
    'an Ed25519 public key in PEM form, not a private key',
  );

/** The files of a dump as they lie on disk; `close` closes those that were opened for it. */
function filesOf(session: Session): { readonly files: readonly ByteSource[]; readonly close: () => void } {
  const { volumes } = session.image.container;
  // Of a set in an archive that is the archive.
  if (volumes === undefined || volumes.length < 2 || session.packing?.member !== undefined) return { files: [session.file], close: () => undefined };
  const opened = volumes.map(({ path }) => openFile(path));
  return {
    files: opened,
    close() {
      for (const file of opened) file.close();
    },
  };
}

/** Runs `use` on the dump's files, each open once. */
export async function withFiles<T>(session: Session, use: (files: readonly ByteSource[]) => Promise<T>): Promise<T> {
  const { files, close } = filesOf(session);
  try {
    return await use(files);
  } finally {
    close();
  }
}

function openOriginal(path: string, opened: (() => void)[]): KdumpOriginal {
  const name = basename(path);
  try {
    const session = openSession(path);
    opened.push(() => {
      session.close();
    });
    return { kind: 'dump', name, memory: session.memory };
  } catch (error) {
    // A kernel image or an initrd is not a dump; a file that cannot be read at all says so below.
    if (!isDumpError(error) || error.kind === 'io') throw error;
    const source: FileSource = openFile(path);
    opened.push(() => {
      source.close();
    });
    return { kind: 'file', name, source };
  }
}

/**
 * Our earlier index, where there is one; a new dump has none. One that the user names may have another dump key: where sampled pages
 * changed, so did the key.
 * @throws RequestError index when the one that is named is not there, or is of another dump
 */
function earlierIndex(session: Session, path: string | undefined): EarlierIndex | undefined {
  // An index is of the memory as it is stored, not of one of two systems in it.
  if (session.view !== 'all') return undefined;
  if (path !== undefined) return opened(path, session, 'named');
  try {
    const own = earlierIndexPath(session);
    if (own !== undefined) return opened(own, session, 'files');
    const byKey = indexPathOf(session);
    return existsSync(byKey) ? opened(byKey, session, 'key') : undefined;
  } catch (error) {
    // No cache, or an index of an older version: nothing earlier.
    if (error instanceof RequestError || (isDumpError(error) && error.kind === 'io' && error.where.file !== session.path)) return undefined;
    throw error;
  }
}

function opened(path: string, { identity }: Session, by: 'files' | 'named' | 'key'): EarlierIndex {
  try {
    return { kind: 'index', by, reader: readIndex(path, { identity }) };
  } catch (error) {
    if (error instanceof IndexDamaged) return { kind: 'damaged', why: error.message };
    throw error;
  }
}

/** Only of a packed dump: its file, and the copy from which everything is read. */
export function packedOf({ file, packing, unpacked, packedParts }: Session): Pick<Evidence, 'packed'> {
  const first = packing === undefined || unpacked === undefined ? [] : [{ packing, file, copy: unpacked.source }];
  const packed = [...first, ...packedParts.map((part) => ({ packing: part.packing, file: part.file, copy: part.unpacked.source }))];
  return packed.length === 0 ? {} : { packed };
}

/**
 * Opens everything, lets `use` work with it and closes it.
 * @throws DumpError when a file that was named cannot be used
 */
export async function withEvidence<T>(session: Session, paths: EvidencePaths, use: (evidence: Evidence) => Promise<T>): Promise<T> {
  const toClose: (() => void)[] = [];
  try {
    const { manifest, attestation, publicKey, kdumpImages = [] } = paths;
    if (attestation !== undefined && publicKey === undefined)
      throw new DumpError('absent', { file: attestation }, 'a signature proves nothing without a key that is trusted', 'the public key', 'give-public-key');
    const needsFiles = manifest !== undefined || attestation !== undefined;
    const own = needsFiles ? filesOf(session) : { files: [session.file], close: () => undefined };
    toClose.push(own.close);
    const index = earlierIndex(session, paths.path);
    if (index?.kind === 'index')
      toClose.push(() => {
        index.reader.close();
      });
    return await use({
      files: own.files,
      ...packedOf(session),
      ...defined({ index }),
      ...(manifest === undefined ? {} : { manifest: { name: basename(manifest), files: readManifest(manifest, own.files) } }),
      ...(attestation === undefined || publicKey === undefined
        ? {}
        : {
            attestation: {
              name: basename(attestation),
              attested: openAttestation(readText(attestation, 'attestation'), readPublicKey(publicKey), attestation),
            },
          }),
      ...(kdumpImages.length === 0 ? {} : { kdumpOriginals: kdumpImages.map((path) => openOriginal(path, toClose)) }),
    });
  } finally {
    for (const close of toClose) close();
  }
}
