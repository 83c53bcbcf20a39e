/**
 * A packed dump unpacks without an error, by the checksums that its wrapper records (RFC 1952 section 2.3.1: CRC32 and ISIZE; RFC 8878
 * section 3.1.1: Content_Checksum), and what comes out is byte for byte the copy in the cache from which everything else was read.
 */
import { basename } from 'node:path';
import { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { isDumpError, type DumpError } from '../../../shared/dump-error.ts';
import { Cancelled } from '../../../shared/rpc.ts';
import { byteText } from '../../../shared/units.ts';
import type { PackedEvidence } from '../evidence.ts';
import { faultText, readAround, type ByteSource, type FileFault } from '../../source/byte-source.ts';
import { unpackError, type Unpacking } from '../../source/decompressor.ts';
import { sourceStream } from '../../source/source-stream.ts';
import { failed, notApplicable, notRecorded, passed, unreadable, type Check, type CheckOutcome } from '../check.ts';

/** Compares what comes with a source, from its beginning on. */
function comparing(copy: ByteSource): {
  readonly sink: Writable;
  readonly differs: () => number | undefined;
  /** What the disk of the cache does not give of the copy. */
  readonly fault: () => FileFault | undefined;
  readonly bytes: () => number;
} {
  let bytes = 0;
  let fault: FileFault | undefined;
  let differs: number | undefined;
  const sink = new Writable({
    write(chunk: Uint8Array, _encoding, done) {
      if (differs === undefined) {
        const there = new Uint8Array(chunk.length);
        const unread: (readonly [start: number, end: number])[] = [];
        const got =
          bytes >= copy.size
            ? 0
            : readAround(copy, bytes, there, (start, end, met) => {
                fault ??= met;
                unread.push([start, end]);
              });
        // What cannot be read is neither the same nor something else.
        for (const [start, end] of unread) there.set(chunk.subarray(start, end), start);
        const same = got === chunk.length && Buffer.compare(there, chunk) === 0;
        if (!same) {
          const first = there.findIndex((byte, at) => at >= got || byte !== chunk[at]);
          differs = bytes + Math.max(0, first);
        }
      }
      bytes += chunk.length;
      done();
    },
  });
  return { sink, differs: () => differs, fault: () => fault, bytes: () => bytes };
}

const placed = ({ what, where: { offset } }: DumpError): string => (offset === undefined ? what : `${what} at offset 0x${offset.toString(16)}`);

/** What unpacked without an error and is the copy: how far a checksum vouches for it. */
function unpackedWell(wrapper: string, bytes: number, checksums: ReturnType<Unpacking['checksums']>, rest: string): CheckOutcome {
  const size = byteText(bytes);
  // Of "gzip in tar" the tar: the checksums are those of the outermost layer.
  const outermost = wrapper.split(' in ').at(-1) ?? wrapper;
  const copied = 'the unpacked copy that was read holds the same bytes';
  if (checksums === 'none') return notRecorded(`${outermost} records no checksum of what it holds (${size}); ${copied}${rest}`);
  const fit = checksums === 'all' ? `as ${outermost}'s own checksum says` : `of which only a part has a checksum in ${outermost}`;
  return passed(`it unpacks to ${size}, ${fit}; ${copied}${rest}`);
}

/** From the worst on. */
const gravityOf: readonly CheckOutcome['verdict'][] = ['failed', 'unreadable', 'not-recorded', 'passed', 'not-applicable'];

/** One packed file: unpacked again, and compared with its copy. */
async function examine({ packing, file, copy }: PackedEvidence, signal: AbortSignal): Promise<CheckOutcome> {
  const wrapper = packing.name;
  const { sink, differs, fault, bytes } = comparing(copy);
  const unpack = packing.start();
  try {
    await pipeline(sourceStream(file), unpack.stage, sink, { signal });
  } catch (error) {
    const why = unpackError(error, file.name);
    if (why instanceof Cancelled || !isDumpError(why)) throw why;
    return why.kind === 'corrupt' || why.kind === 'truncated' ? failed(`${why.what}: the other results are from an earlier copy`) : unreadable(placed(why));
  }
  const at = differs() ?? (bytes() === copy.size ? undefined : bytes());
  if (at !== undefined)
    return failed(
      `the unpacked copy in the cache differs from what the file unpacks to, starting at byte 0x${at.toString(16)}: the other results are from that copy. It is recreated when the dump is next opened`,
    );
  const unread = fault();
  if (unread !== undefined)
    return unreadable(
      `${faultText(unread)}, the unpacked copy in the cache: the other results are from what could be read of it. It is recreated when the dump is next opened`,
    );
  const end = unpack.end();
  // That the rest is missing is for the completeness of the container to say.
  if (end?.kind === 'cut')
    return notRecorded(`the file is cut off, and what ${wrapper} records after its data is missing; the ${byteText(bytes())} before the cut were read`);
  if (end?.kind === 'damaged')
    return failed(
      `the ${wrapper} data at byte 0x${end.at.toString(16)} are damaged (${end.what}): the ${byteText(bytes())} that were unpacked were read${end.contents ? ', and some of them are wrong' : ''}`,
    );
  const rest =
    end?.kind === 'followed' ? `; the ${byteText(end.bytes)} starting at byte 0x${end.at.toString(16)} are not ${wrapper} data and are not used` : '';
  return unpackedWell(wrapper, bytes(), unpack.checksums(), rest);
}

export const packedFile: Check = {
  id: 'packed-file',
  title: 'Packed file and its unpacked copy',
  failure: 'The packed file is damaged, or what was read is not what it unpacks to.',
  gravity: 98,
  cost: 'scan',
  concerns: ({ evidence }) => evidence.packed !== undefined,
  async run({ evidence, signal }) {
    const { packed } = evidence;
    const [first, ...others] = packed ?? [];
    if (first === undefined) return notApplicable('the dump is not packed');
    const result = await examine(first, signal);
    if (others.length === 0) return result;
    const results = [{ file: first.file, result }];
    for (const one of others) results.push({ file: one.file, result: await examine(one, signal) });
    // The worst of them says what the set is; a set has as many words as it has packed files.
    const worst = results.toSorted((a, b) => gravityOf.indexOf(a.result.verdict) - gravityOf.indexOf(b.result.verdict))[0];
    return { ...(worst?.result ?? result), detail: results.map((one) => `${basename(one.file.name)}: ${one.result.detail}`).join('; ') };
  },
};
