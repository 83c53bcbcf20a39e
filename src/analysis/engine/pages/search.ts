/** `search` of a session: pattern, restrictions, hits as they are found. */
import { defined } from '../../../shared/defined.ts';
import { RequestError, type CallContext, type Params, type Progress } from '../../../shared/rpc.ts';
import { schemaVersion } from '../../../shared/model.ts';
import type { EngineProtocol } from '../../../shared/engine-protocol.ts';
import type { SearchHit, SearchSummary } from '../../../shared/search-model.ts';
import { hex, pageSize, type AddressRange } from '../../../shared/units.ts';
import type { Extent, MemoryImage } from '../../formats/dump-format.ts';
import { createPace } from '../../jobs/pace.ts';
import type { Matcher } from '../../search/matcher.ts';
import { maskedMatcher } from '../../search/masked-matcher.ts';
import { searchPattern, type SearchPattern } from '../../search/pattern.ts';
import { regexMatcher } from '../../search/regex-matcher.ts';
import { searchMemory, type FoundAt } from '../../search/search-memory.ts';
import { classRuns, pieces, spansWithBytes, within, type PieceCounts, type SearchSpan } from '../../search/searchable.ts';
import type { Session } from '../session/session.ts';
import { openDumpIndex } from './dump-index.ts';

type SearchRequest = Omit<Params<EngineProtocol, 'search'>, 'dump' | 'view'>;
type SearchContext = CallContext<Progress<EngineProtocol, 'search'>>;

/** Bytes of a match that are shown, and of what lies around it. */
const shownMatch = 64;
const shownBefore = 16;
const shownAfter = 48;
/** Hits that wait for the next report; more than these are sent at once. */
const waitingHits = 512;

const makeMatcher = (pattern: SearchPattern, signal: AbortSignal): Matcher | Promise<Matcher> =>
  pattern.kind === 'masked' ? maskedMatcher(pattern.alternatives) : regexMatcher(pattern.source, pattern.flags, { signal });

const digits = (bytes: Uint8Array): string => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex');

/** Position in the dump file of an address; neighbouring hits share an extent. */
function fileOffsets(session: Session): (address: bigint) => number | undefined {
  const { extents } = session.image.memory;
  let extent: Extent | undefined;
  return (address) => {
    if (extent === undefined || address < extent.start || address >= extent.end) extent = extents.at(address);
    return extent?.fileOffset === undefined ? undefined : extent.fileOffset + Number(address - extent.start);
  };
}

/** Makes what is shown of a match; bytes around it are read again, so that they do not depend on where a step ended. */
function hitMaker(session: Session): (found: FoundAt) => SearchHit {
  const offsetOf = fileOffsets(session);
  return ({ address, bytes }) => {
    const start = address > BigInt(shownBefore) ? address - BigInt(shownBefore) : 0n;
    const lead = Number(address - start);
    const { bytes: around, absent } = session.memory.read(start, lead + shownAfter);
    const before = absent.filter((gap) => gap.start < lead).reduce((last, gap) => Math.max(last, gap.end), 0);
    const after = absent.filter((gap) => gap.start >= lead).reduce((first, gap) => Math.min(first, gap.start), around.length);
    const shown = Math.min(bytes, shownMatch);
    const match = shown <= shownAfter ? around.subarray(lead, lead + shown) : session.memory.read(address, shown).bytes;
    const fileOffset = offsetOf(address);
    return {
      address: hex(address),
      bytes,
      ...defined({ fileOffset }),
      match: digits(match),
      before: digits(around.subarray(Math.min(before, lead), lead)),
      after: digits(around.subarray(Math.min(lead + bytes, after), after)),
    };
  };
}

interface Restricted {
  /** A fresh pass over what is searched. */
  spans(): Iterable<SearchSpan>;
  /** Their sum, for the progress: to the page where the container counts its pages without listing them. */
  bytes(): number;
  /** Where an index that is not known to hold for the dump's files says where to look. */
  readonly unconfirmed: string | undefined;
  close(): void;
}

function bytesOf(spans: Iterable<SearchSpan>): number {
  let sum = 0;
  for (const { start, end } of spans) sum += Number(end - start);
  return sum;
}

/** Bytes of a range that are stored or zero. A filtered dump of a TiB has tens of millions of spans: the first hit does not wait for them. */
function bytesWithin(memory: MemoryImage, range: AddressRange): number {
  if (memory.extents.counts === undefined || range.start >= range.end) return bytesOf(spansWithBytes(memory, range));
  const { stored = 0, zero = 0 } = memory.extents.counts(Number(range.start / BigInt(pageSize)), Number((range.end + BigInt(pageSize - 1)) / BigInt(pageSize)));
  return (stored + zero) * pageSize;
}

/** Bytes of a range of an encrypted dump that nobody can look at without the key; undefined for other dumps. */
function encryptedWithin({ image }: Session, { start, end }: AddressRange): number | undefined {
  if (image.encrypted === undefined) return undefined;
  let sum = 0n;
  for (const extent of image.memory.extents.from(start)) {
    if (extent.start >= end) break;
    if (extent.state === 'encrypted') sum += (extent.end < end ? extent.end : end) - (extent.start > start ? extent.start : start);
  }
  return Number(sum);
}

/** @throws RequestError index when classes are asked for and the index is not there or not complete */
function restrict(session: Session, request: SearchRequest, range: AddressRange): Restricted {
  const spans = (): Iterable<SearchSpan> => spansWithBytes(session.image.memory, range);
  if (request.classes === undefined || request.classes.length === 0)
    return { spans, bytes: () => bytesWithin(session.image.memory, range), unconfirmed: undefined, close: () => undefined };
  if (session.view !== 'all') throw new RequestError('query', `page classes are known of the whole dump, not of its view "${session.view}"`);
  const { reader, unconfirmed } = openDumpIndex(session, request.path, `${session.path} has no page index yet, which searching by class needs`);
  try {
    if (!reader.header().complete)
      throw new RequestError('index', `the page index of ${session.path} is not complete, which searching by class needs`, 'build-index');
  } catch (error) {
    reader.close();
    throw error;
  }
  const classes = new Set(request.classes);
  const chosen = (): Iterable<SearchSpan> => within(spans(), classRuns(reader, classes, range));
  return {
    unconfirmed,
    spans: chosen,
    bytes: () => bytesOf(chosen()),
    close() {
      reader.close();
    },
  };
}

/**
 * @throws RequestError query for a wrong pattern or a regular expression without end, index without a needed index
 * @throws Cancelled
 */
export async function searchSession(session: Session, request: SearchRequest, { signal, progress }: SearchContext): Promise<SearchSummary> {
  const { type, states = ['present', 'zero'], limit } = request;
  const endian = request.endian ?? session.image.machine.endian;
  const codePage = request.codePage ?? '1047';
  const pattern = searchPattern({ pattern: request.pattern, type, endian, codePage, ignoreCase: request.ignoreCase ?? false });
  const { memory } = session.image;
  const start = request.start ?? 0n;
  const end = request.end === undefined || request.end > memory.end ? memory.end : request.end;
  const range = { start: start < 0n ? 0n : start, end };
  const restricted = restrict(session, request, range);
  let matcher: Matcher | undefined;
  try {
    matcher = await makeMatcher(pattern, signal);
    const total = restricted.bytes();
    const counts: PieceCounts = { done: 0, searched: 0, unreadable: 0 };
    const wanted = {
      present: states.includes('present'),
      zero: states.includes('zero'),
      zeroEdge: matcher.matchesZeros ? undefined : matcher.reach + matcher.behind,
    };
    const makeHit = hitMaker(session);
    const pace = createPace(signal);
    let waiting: SearchHit[] = [];
    const report = (): void => {
      progress({ phase: 'search', done: counts.done, total, unit: 'bytes', hits: waiting });
      waiting = [];
    };
    const truncated = await searchMemory(pieces(memory, restricted.spans(), wanted, counts), matcher, {
      align: BigInt(request.align ?? 1),
      limit,
      async afterStep(found) {
        for (const one of found) {
          waiting.push(makeHit(one));
          if (waiting.length >= waitingHits) {
            report();
            await pace.breathe(() => undefined);
          }
        }
        await pace.breathe(report);
      },
    });
    report();
    return {
      schema: schemaVersion,
      pattern: request.pattern,
      type,
      ...(type === 'u32' || type === 'u64' ? { endian } : {}),
      ...(type === 'ebcdic' ? { codePage } : {}),
      space: 'absolute',
      range: { start: hex(range.start), end: hex(range.end > range.start ? range.end : range.start) },
      searchedBytes: counts.searched,
      unreadableBytes: counts.unreadable,
      truncated,
      ...defined({ encryptedBytes: encryptedWithin(session, range), unconfirmed: restricted.unconfirmed }),
    };
  } finally {
    matcher?.close();
    restricted.close();
  }
}
