/** The members of a zip archive on disk by its directory, which lies at its end and alone says which members it has. */
import { fromRandomAccessReader, RandomAccessReader, type Entry, type ZipFile } from 'yauzl';
import { pathText } from '../../files/path-bytes.ts';
import { DumpError } from '../../shared/dump-error.ts';
import { mostMembers, mostNameBytes, tooManyMembers, type ArchiveMembers, type MemberKind } from './archive-member.ts';
import { readAround, whyShort, type ByteSource } from './byte-source.ts';
import { PieceCursor } from './piece-cursor.ts';
import { sourceStream } from './source-stream.ts';
import type { Unpacked } from './unpack-end.ts';
import { refuseClosed, whyZipClosed, zipContentsOf } from './zip-contents.ts';
import { zipStream } from './zip-stream.ts';
import { defined } from '../../shared/defined.ts';

/** Reads for yauzl from a source; its streams are not used. */
class SourceReader extends RandomAccessReader {
  readonly #source: ByteSource;
  constructor(source: ByteSource) {
    super();
    this.#source = source;
  }
  override read(buffer: Buffer, offset: number, length: number, position: number, callback: (error: Error | null, bytesRead?: number) => void): void {
    const target = buffer.subarray(offset, offset + length);
    let fault: DumpError | undefined;
    const got =
      position >= this.#source.size
        ? 0
        : readAround(this.#source, position, target, (start) => {
            fault ??= new DumpError(
              'io',
              { file: this.#source.name, offset: position + start },
              whyShort(this.#source, position + start, 'the file cannot be read'),
              'a readable archive',
            );
          });
    setImmediate(() => {
      callback(fault ?? null, got);
    });
  }
}

const opened = (source: ByteSource): Promise<ZipFile> =>
  new Promise((resolve, reject) => {
    const options = { lazyEntries: true, decodeStrings: false, validateEntrySizes: false, autoClose: false } as const;
    fromRandomAccessReader(new SourceReader(source), source.size, options, (error, zip) => {
      if (error) reject(error);
      else resolve(zip);
    });
  });

const fileType = (entry: Entry): number => (entry.externalFileAttributes >>> 28) & 15;

function kindOf(entry: Entry, name: string): MemberKind {
  // Attributes of Unix are those that "version made by" says it; types as in stat(2).
  const type = entry.versionMadeBy >>> 8 === 3 ? fileType(entry) : 0;
  if (name.endsWith('/') || type === 4) return 'folder';
  return type === 10 ? 'link' : type === 0 || type === 8 ? 'file' : 'device';
}

/** @returns where its data begin @throws DumpError corrupt or truncated, Error of yauzl */
const dataStart = (zip: ZipFile, entry: Entry): Promise<number> =>
  new Promise((resolve, reject) => {
    zip.readLocalFileHeader(entry, { minimal: true }, (error, header) => {
      if (error) reject(error);
      else resolve(header.fileDataStart);
    });
  });

const asDumpError = (error: unknown, source: ByteSource, at: number): DumpError =>
  error instanceof DumpError
    ? error
    : new DumpError(
        'corrupt',
        { file: source.name, offset: at },
        `the zip archive is damaged: ${error instanceof Error ? error.message : String(error)}`,
        'an undamaged zip archive',
      );

async function* unpack(source: ByteSource, zip: ZipFile, entry: Entry, name: string): Unpacked {
  const at = entry.relativeOffsetOfLocalHeader;
  refuseClosed(whyZipClosed(entry.compressionMethod, entry.generalPurposeBitFlag), source.name, name, at);
  let start: number;
  try {
    start = await dataStart(zip, entry);
  } catch (error) {
    throw asDumpError(error, source, at);
  }
  const pieces = sourceStream(source, undefined, start, start + entry.compressedSize);
  return yield* zipContentsOf(
    pieces,
    { method: entry.compressionMethod, packed: entry.compressedSize, at },
    { crc: entry.crc32, bytes: entry.uncompressedSize },
  );
}

/** Members in the order of the directory; where that is lost, as they are stored. @throws DumpError io */
export async function* zipMembers(source: ByteSource): ArchiveMembers {
  let zip: ZipFile;
  try {
    zip = await opened(source);
  } catch (error) {
    if (error instanceof DumpError) throw error;
    const end = yield* zipStream(new PieceCursor(sourceStream(source)), source.name);
    return end.kind === 'whole' ? { kind: 'damaged', at: source.size, what: 'its directory cannot be read', contents: false } : end;
  }
  try {
    let number = 0;
    for await (const entry of zip.eachEntry()) {
      number += 1;
      if (number > mostMembers) return tooManyMembers(entry.relativeOffsetOfLocalHeader);
      const raw = (entry.fileName as unknown as Buffer).subarray(0, mostNameBytes);
      const name = pathText(raw);
      const closed = whyZipClosed(entry.compressionMethod, entry.generalPurposeBitFlag);
      yield {
        number,
        name,
        kind: kindOf(entry, name),
        bytes: entry.uncompressedSize,
        at: entry.relativeOffsetOfLocalHeader,
        ...defined({ closed }),
        contents: () => unpack(source, zip, entry, name),
      };
    }
    return { kind: 'whole' };
  } catch (error) {
    if (error instanceof DumpError) throw error;
    return {
      kind: 'damaged',
      // A number, whatever its types say.
      at: Number(zip.readEntryCursor),
      what: `its directory cannot be read further: ${error instanceof Error ? error.message : String(error)}`,
      contents: false,
    };
  } finally {
    zip.close();
  }
}
