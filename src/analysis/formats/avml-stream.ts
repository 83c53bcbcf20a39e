/** The framed Snappy stream of one range in an AVML file: one look at its chunk headers (avml.md section 2). */
import { stepTurns, type Steps } from '../jobs/steps.ts';
import { whyShort, type ByteSource } from '../source/byte-source.ts';
import { AVML_MAGIC, avmlVersion, chunkTypes, limeHeader, mostChunkContents, streamName, trailerBytes } from './lime-layout.ts';
import { chunkAt, type FrameIndex } from './snappy-frames.ts';

/** Writers make chunks of 64 KiB; smaller than a page on the average they are endless, and would cost more memory than they hold. */
const leastChunkContents = 4096;
const chunksApart = 16;
/** Chunks of all streams: 128 MiB of index, at the usual size for 512 GiB of memory. */
const mostChunks = 1 << 23;
const searchBytes = 1 << 20;

export interface AvmlStream {
  /** Bytes of contents whose chunks are listed. */
  readonly known: number;
  /** Where the stream ends in the file; undefined where that is not known. */
  readonly end: number | undefined;
  /** `cut`: the file ends too early. `damaged`: what is wrong at a place of the file. */
  readonly trouble?: { readonly kind: 'cut' | 'damaged'; readonly at: number; readonly what: string };
}

const isStreamIdentifier = (source: ByteSource, at: number): boolean => {
  const name = new Uint8Array(streamName.length);
  return source.readInto(at + 4, name) === name.length && Buffer.from(name).toString('latin1') === streamName;
};

/**
 * Puts the chunks of a stream into the index.
 * @param dataAt file offset of its first chunk
 * @param contents bytes that the range has
 */
export function* walkStream(source: ByteSource, dataAt: number, contents: number, index: FrameIndex): Steps<AvmlStream> {
  const most = chunksApart + Math.ceil(contents / leastChunkContents);
  let at = dataAt;
  let known = 0;
  const trouble = (kind: 'cut' | 'damaged', what: string): AvmlStream => ({ known, end: undefined, trouble: { kind, at, what } });
  for (let chunks = 0; known < contents; chunks += 1) {
    if (chunks % stepTurns === 0) yield;
    if (chunks > most) return trouble('damaged', `it is chunk ${chunks} of a range of ${contents} bytes: chunks of ${mostChunkContents} bytes are expected`);
    if (index.length >= mostChunks) return trouble('damaged', `the file has more than ${mostChunks} chunks, and the rest is not read`);
    const head = chunkAt(source, at);
    if (head === undefined) return trouble('cut', whyShort(source, at, 'the file ends before the header of a chunk'));
    if (typeof head === 'string') return trouble('damaged', `a chunk is impossible: ${head}`);
    const end = at + 4 + head.dataBytes;
    if (chunks === 0 || head.type === chunkTypes.identifier) {
      if (head.type !== chunkTypes.identifier || head.dataBytes !== streamName.length || !isStreamIdentifier(source, at))
        return trouble('damaged', `the stream does not begin with its identifier (ff 06 00 00 "${streamName}")`);
    } else if (end > source.size) return trouble('cut', 'the file ends within a chunk');
    if (known + head.contents > contents) return trouble('damaged', `a chunk has ${head.contents} bytes, and the range has room for ${contents - known}`);
    if (head.contents > 0) index.push(at, head.contents);
    known += head.contents;
    at = end;
  }
  return { known, end: at };
}

const magic = Buffer.from([AVML_MAGIC & 0xff, (AVML_MAGIC >> 8) & 0xff, (AVML_MAGIC >> 16) & 0xff, AVML_MAGIC >> 24, avmlVersion, 0, 0, 0]);

/** Whether the length of a stream that begins at `dataAt` ends before a place, and says that it does. */
function endsStream(source: ByteSource, dataAt: number, end: number): boolean {
  const length = new Uint8Array(trailerBytes);
  const at = end - trailerBytes;
  return at >= dataAt && source.readInto(at, length) === trailerBytes && new DataView(length.buffer).getBigUint64(0, true) === BigInt(at - dataAt);
}

/**
 * Looks for the range after damaged ones. Nothing says where it is but the length of the stream before it: the eight bytes before the header
 * have to be the distance to where a stream began.
 * @param dataAt where the data of the damaged range begin
 * @returns file offset of the next header; the file's size where the damaged range is the last; undefined where neither is found
 */
export function* nextRange(source: ByteSource, dataAt: number): Steps<number | undefined> {
  const room = Buffer.alloc(searchBytes + limeHeader.size);
  for (let from = dataAt; from < source.size; from += searchBytes) {
    yield;
    const got = source.readInto(from, room.subarray(0, Math.min(room.length, source.size - from)));
    const piece = room.subarray(0, got);
    for (let at = piece.indexOf(magic); at !== -1 && at < searchBytes; at = piece.indexOf(magic, at + 1)) {
      if (endsStream(source, dataAt, from + at)) return from + at;
      yield;
    }
  }
  return endsStream(source, dataAt, source.size) ? source.size : undefined;
}
