/** `manifest`: digests of a dump's files and of their pieces. */
import { basename } from 'node:path';
import type { ManifestJson } from '../../../shared/integrity-protocol.ts';
import { schemaVersion } from '../../../shared/model.ts';
import { RequestError } from '../../../shared/rpc.ts';
import { hashPieces } from '../../integrity/file-hash.ts';
import { manifestFormats, pieceSize } from '../../integrity/manifest.ts';
import type { Session } from '../session/session.ts';
import { withFiles } from './evidence.ts';
import { bytesOf, type Scan } from './verify.ts';

/** @throws RequestError for a format that there is not */
export async function makeManifest(session: Session, format: string, context: Scan): Promise<{ text: string; manifest: ManifestJson }> {
  const chosen = manifestFormats.find(({ id }) => id === format);
  if (chosen === undefined)
    throw new RequestError('query', `there is no manifest format "${format}": expected one of ${manifestFormats.map(({ id }) => id).join(', ')}`);
  const digests = await withFiles(session, async (files) => {
    const list: ManifestJson['files'] = [];
    for (const file of files) {
      const { sha256, pieces } = await hashPieces(file, bytesOf(context, basename(file.name)), pieceSize(file.size));
      list.push({ name: basename(file.name), bytes: file.size, sha256, pieces: [...pieces] });
    }
    return list;
  });
  return { text: chosen.render(digests), manifest: { schema: schemaVersion, files: digests } };
}
