/**
 * Memory of containers that store pieces of it: as they are (ELF, stand-alone dumps) or compressed a piece at a time.
 * Overlapping pieces become disjoint runs, what lies above the end of its file becomes missing.
 */
import { pageSize } from '../../shared/units.ts';
import { finish, stepTurns, type Steps } from '../jobs/steps.ts';
import { faultText, readAround, type ByteSource } from '../source/byte-source.ts';
import { NumberColumn } from '../source/number-column.ts';
import { sweep } from '../source/piece-sweep.ts';
import { pageStateCodes, type Absence, type Extent, type ExtentState, type MemoryImage } from './dump-format.ts';
import { generatedExtents } from './extent-map.ts';
import type { DecodePiece, MemoryPiece } from './memory-piece.ts';
import { PieceColumns } from './piece-columns.ts';

const notHeld = 'no segment of the dump holds it';
const pageSizeBig = BigInt(pageSize);
/** Decoded pieces kept: each is at most a few MiB, and neighbours are read one after the other. */
const decodedPieces = 4;
/** In columns: of a piece and of the segment that it comes from, and of a run. */
const bytesOfPiece = 80;
const bytesOfRun = 12;

/** Bytes of a stored piece that its file has, where those are not all. */
function availableIn(pieces: PieceColumns, main: ByteSource, index: number): number | undefined {
  const fileOffset = pieces.fileOffset(index);
  if (pieces.state(index) !== 'stored' || fileOffset === undefined || pieces.decoder(index) !== undefined) return undefined;
  const available = Math.max(0, (pieces.source(index) ?? main).size - fileOffset);
  return pieces.end(index) - pieces.start(index) <= available ? undefined : available;
}

/**
 * Splits stored pieces at the end of their file: what the header promises above it is missing, or unreadable where the disk has more of a packed file
 * and does not give it, unless another stored piece has it. Pieces without bytes that are listed after all stored ones ("the rest is zero") do not make it up.
 */
function* cutAtFileEnd(pieces: PieceColumns, main: ByteSource): Generator<MemoryPiece, undefined> {
  const availableOf = (index: number): number | undefined => availableIn(pieces, main, index);
  let afterStored = 0;
  for (let index = 0; index < pieces.length; index += 1) if (pieces.state(index) === 'stored' && availableOf(index) !== 0) afterStored = index + 1;
  const kept = function* (from: number, to: number): Generator<MemoryPiece> {
    for (let index = from; index < to; index += 1) {
      const available = availableOf(index);
      const piece = pieces.at(index);
      if (available === undefined) yield piece;
      else if (available > 0) yield { ...piece, end: piece.start + BigInt(available) };
    }
  };
  yield* kept(0, afterStored);
  for (let index = 0; index < pieces.length; index += 1) {
    const available = availableOf(index);
    if (available === undefined) continue;
    const end = BigInt(pieces.end(index));
    const start = BigInt(pieces.start(index) + available);
    const fault = (pieces.source(index) ?? main).rest?.fault;
    if (fault === undefined) yield { start, end, state: 'missing', reason: 'the file ends before it' };
    else yield { start, end, state: 'unreadable', reason: faultText(fault) };
  }
  yield* kept(afterStored, pieces.length);
  return undefined;
}

/** A page that several extents share is stored when any of it is; else it has the state that says least. */
const statePriority: readonly ExtentState[] = ['stored', 'unreadable', 'encrypted', 'excluded', 'missing', 'zero'];

const noAbsence: readonly Absence[] = [];

/** Decoded bytes of the pieces used last, by their numbers. */
class DecodedPieces {
  readonly #kept = new Map<number, Uint8Array | string>();
  get(piece: number, decode: DecodePiece): Uint8Array | string {
    const known = this.#kept.get(piece);
    if (known !== undefined) return known;
    const fresh = decode();
    this.#kept.set(piece, fresh);
    if (this.#kept.size > decodedPieces) {
      const oldest = this.#kept.keys().next().value;
      if (oldest !== undefined) this.#kept.delete(oldest);
    }
    return fresh;
  }
}

/** Part of the address space that one piece fills, or none. */
interface Run {
  readonly start: bigint;
  readonly end: bigint;
  /** Number of the piece; -1 where no piece is. */
  readonly piece: number;
}

/** Disjoint runs over [0, end) in columns: where each begins and which piece it is of. Runs that continue each other are one. */
class Runs {
  readonly end: bigint;
  readonly #pieces: PieceColumns;
  readonly #starts = new NumberColumn();
  /** The number of the piece and one. */
  readonly #of = new NumberColumn(Uint32Array);

  private constructor(pieces: PieceColumns, end: bigint) {
    this.#pieces = pieces;
    this.end = end;
  }

  static *of(pieces: PieceColumns, end: bigint): Steps<Runs> {
    const runs = new Runs(pieces, end);
    let last = -1;
    yield* sweep(pieces, { end: Number(end), wins: 'first' }, (start, index) => {
      if (runs.length > 0 && runs.#continues(last, runs.#starts.at(runs.length - 1), index, start)) return;
      runs.#starts.push(start);
      runs.#of.push(index + 1);
      last = index;
    });
    return runs;
  }

  get length(): number {
    return this.#starts.length;
  }

  #continues(last: number, lastStart: number, next: number, start: number): boolean {
    const pieces = this.#pieces;
    if (last === -1 || next === -1) return false;
    if (pieces.decoder(last) !== undefined || pieces.decoder(next) !== undefined) return false;
    if (pieces.state(last) !== pieces.state(next) || pieces.reason(last) !== pieces.reason(next) || pieces.source(last) !== pieces.source(next)) return false;
    const [before, after] = [this.fileOffset(last, lastStart), this.fileOffset(next, start)];
    return before === undefined || after === undefined ? before === after : before + (start - lastStart) === after;
  }

  /** File position of an address of a piece. */
  fileOffset(piece: number, address: number): number | undefined {
    const offset = this.#pieces.fileOffset(piece);
    return offset === undefined || this.#pieces.decoder(piece) !== undefined ? undefined : offset + (address - this.#pieces.start(piece));
  }

  /** Number of the run that holds an address; their count above the last one. */
  indexOf(address: bigint): number {
    if (address >= this.end) return this.length;
    const at = Number(address);
    const next = this.#starts.firstFrom(at);
    return next < this.length && this.#starts.at(next) === at ? next : Math.max(0, next - 1);
  }

  at(index: number): Run {
    const end = index + 1 < this.length ? BigInt(this.#starts.at(index + 1)) : this.end;
    return { start: BigInt(this.#starts.at(index)), end, piece: this.#of.at(index) - 1 };
  }
}

/** At once: for a handful of pieces. */
export const segmentMemory = (source: ByteSource, listed: Iterable<MemoryPiece>): MemoryImage => finish(manySegments(source, listed));

function* inColumns(listed: Iterable<MemoryPiece>): Steps<PieceColumns> {
  const columns = new PieceColumns();
  let turns = 0;
  for (const piece of listed) {
    if (++turns % stepTurns === 0) yield;
    if (piece.start < piece.end) columns.push(piece);
  }
  return columns;
}

/**
 * In steps: for pieces of which headers may list a million. Columns are used as they are: none of their pieces is empty, and nobody adds to them.
 * @param heldElsewhere bytes that the sources of pieces hold
 */
export function* manySegments(source: ByteSource, listed: Iterable<MemoryPiece>, heldElsewhere = 0): Steps<MemoryImage> {
  const whole = listed instanceof PieceColumns ? listed : yield* inColumns(listed);
  let isCut = false;
  for (let index = 0; index < whole.length && !isCut; index += 1) {
    if (index % stepTurns === 0) yield;
    isCut = availableIn(whole, source, index) !== undefined;
  }
  // A whole file, the usual case, needs no second list.
  const pieces = isCut ? yield* inColumns(cutAtFileEnd(whole, source)) : whole;
  let last = 0;
  for (let index = 0; index < pieces.length; index += 1) if (pieces.end(index) > last) last = pieces.end(index);
  const end = BigInt(Math.ceil(last / pageSize)) * pageSizeBig;
  const runs = yield* Runs.of(pieces, end);
  const decoded = new DecodedPieces();
  const stateOf = ({ piece }: Run): ExtentState => (piece === -1 ? 'missing' : pieces.state(piece));
  const reasonOf = ({ piece }: Run): string | undefined => (piece === -1 ? notHeld : pieces.reason(piece));

  const extentOf = (run: Run): Extent => {
    const { piece, start, end: stop } = run;
    const reason = reasonOf(run);
    // A position in another file of the set would be mistaken for one in this file.
    const other = piece === -1 ? undefined : pieces.source(piece);
    const fileOffset = piece === -1 || (other !== undefined && other !== source) ? undefined : runs.fileOffset(piece, Number(start));
    return { start, end: stop, state: stateOf(run), ...(fileOffset === undefined ? {} : { fileOffset }), ...(reason === undefined ? {} : { reason }) };
  };

  function* extentsFrom(address: bigint): Generator<Extent, undefined> {
    for (let index = runs.indexOf(address); index < runs.length; index += 1) yield extentOf(runs.at(index));
    return undefined;
  }
  const extents = generatedExtents({
    at: (address) => (address < end ? extentOf(runs.at(runs.indexOf(address))) : undefined),
    from: extentsFrom,
    count: runs.length,
    heldBytes: pieces.length * bytesOfPiece + runs.length * bytesOfRun + heldElsewhere,
  });

  /** Bytes of a stored run from address `from` on. Returns how far they go, and why not to the end; `lost` hears of pieces in between. */
  const fill = ({ piece }: Run, from: bigint, target: Uint8Array, lost: (absence: Absence) => void): { readonly got: number; readonly reason?: string } => {
    const decode = pieces.decoder(piece);
    if (decode !== undefined) {
      const bytes = decoded.get(piece, decode);
      if (typeof bytes === 'string') return { got: 0, reason: bytes };
      const at = Number(from) - pieces.start(piece);
      target.set(bytes.subarray(at, at + target.length));
      return { got: Math.max(0, Math.min(target.length, bytes.length - at)) };
    }
    const fileOffset = runs.fileOffset(piece, Number(from));
    if (fileOffset === undefined) return { got: 0 };
    const got = readAround(pieces.source(piece) ?? source, fileOffset, target, (start, end, fault) => {
      const byDisk = fault.ofContents === true ? {} : { fault };
      lost({ start: from + BigInt(start), end: from + BigInt(end), state: 'unreadable', reason: faultText(fault), ...byDisk });
    });
    return { got };
  };

  const read = (address: bigint, target: Uint8Array): readonly Absence[] => {
    if (target.length === 0) return noAbsence;
    const stop = address + BigInt(target.length);
    const absent: Absence[] = [];
    for (let index = runs.indexOf(address); index < runs.length; index += 1) {
      const run = runs.at(index);
      if (run.start >= stop) break;
      const from = run.start > address ? run.start : address;
      const to = run.end < stop ? run.end : stop;
      const part = target.subarray(Number(from - address), Number(to - address));
      const state = stateOf(run);
      if (state !== 'stored') part.fill(0);
      if (state === 'zero') continue;
      if (state !== 'stored') {
        const why = reasonOf(run);
        absent.push({ start: from, end: to, state, ...(why === undefined ? {} : { reason: why }) });
        continue;
      }
      const { got, reason } = fill(run, from, part, (absence) => absent.push(absence));
      part.fill(0, got);
      if (got < part.length) absent.push({ start: from + BigInt(got), end: to, state: 'unreadable', ...(reason === undefined ? {} : { reason }) });
    }
    if (stop > end) target.fill(0, Number((address > end ? address : end) - address));
    if (stop > end) absent.push({ start: address > end ? address : end, end: stop, state: 'missing', reason: notHeld });
    return absent.length === 0 ? noAbsence : absent;
  };

  const readPages = (firstPfn: number, target: Uint8Array, states: Uint8Array): void => {
    const start = BigInt(firstPfn) * pageSizeBig;
    const stop = start + BigInt(states.length) * pageSizeBig;
    const priority = new Uint8Array(states.length).fill(255);
    const mark = (from: bigint, to: bigint, state: ExtentState): void => {
      const rank = statePriority.indexOf(state);
      const code = pageStateCodes.indexOf(state);
      const lastPage = Number((to - start - 1n) / pageSizeBig);
      for (let page = Number((from - start) / pageSizeBig); page <= lastPage; page += 1) {
        if (rank < (priority[page] ?? 255)) {
          priority[page] = rank;
          states[page] = code;
        }
      }
    };
    states.fill(pageStateCodes.indexOf('missing'));
    const absent = read(start, target);
    for (let index = runs.indexOf(start); index < runs.length; index += 1) {
      const run = runs.at(index);
      if (run.start >= stop) break;
      mark(run.start > start ? run.start : start, run.end < stop ? run.end : stop, stateOf(run));
    }
    // A read that failed in the middle of a stored extent makes the pages it touches unreadable, not zero.
    for (const gap of absent) {
      if (gap.state !== 'unreadable') continue;
      const lastPage = Number((gap.end - start - 1n) / pageSizeBig);
      for (let page = Number((gap.start - start) / pageSizeBig); page <= lastPage; page += 1) states[page] = pageStateCodes.indexOf('unreadable');
    }
  };

  return { end, extents, read, readPages };
}
