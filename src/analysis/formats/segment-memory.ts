/**
 * Memory of containers that store pieces of it: as they are (ELF, stand-alone dumps) or compressed a piece at a time.
 * Overlapping pieces become disjoint extents, what lies behind the end of its file becomes missing.
 */
import type { AddressRange } from '../../shared/units.ts';
import { pageSize } from '../../shared/units.ts';
import type { ByteSource } from '../source/byte-source.ts';
import { pageStateCodes, type Absence, type Extent, type ExtentState, type MemoryImage } from './dump-format.ts';
import { extentList } from './extent-map.ts';
import { indexAt, sweep } from './extent-sweep.ts';

/** A compressed piece: decodes to the bytes of the whole piece, or says in words why it cannot. */
export type DecodePiece = () => Uint8Array | string;

/** A piece as a header lists it. Where pieces overlap, the one listed first wins, but never with bytes that a cut file has lost. */
export interface MemoryPiece extends AddressRange {
  readonly state: ExtentState;
  /** Where a stored piece starts in its file, if its bytes lie there as they are. */
  readonly fileOffset?: number;
  /** File that holds it, if not the dump's first. */
  readonly source?: ByteSource;
  readonly decode?: DecodePiece;
  readonly reason?: string;
}

const notHeld = 'no segment of the dump holds it';
const pageSizeBig = BigInt(pageSize);
/** Decoded pieces kept: each is at most a few MiB, and neighbours are read one after the other. */
const decodedPieces = 4;

/**
 * Splits stored pieces at the end of their file: what the header promises behind it is missing, unless another stored piece
 * has it. Pieces without bytes that are listed behind all stored ones ("the rest is zero") do not make it up.
 */
function cutAtFileEnd(pieces: readonly MemoryPiece[], main: ByteSource): MemoryPiece[] {
  const lost: MemoryPiece[] = [];
  const kept = pieces.flatMap((piece): MemoryPiece[] => {
    if (piece.state !== 'stored' || piece.fileOffset === undefined || piece.decode !== undefined) return [piece];
    const available = BigInt(Math.max(0, (piece.source ?? main).size - piece.fileOffset));
    if (piece.end - piece.start <= available) return [piece];
    const cut = piece.start + available;
    lost.push({ start: cut, end: piece.end, state: 'missing', reason: 'the file ends before it' });
    return available === 0n ? [] : [{ ...piece, end: cut }];
  });
  const behindStored = kept.findLastIndex(({ state }) => state === 'stored') + 1;
  return [...kept.slice(0, behindStored), ...lost, ...kept.slice(behindStored)];
}

/** A page that several extents share is stored when any of it is; else it has the state that says least. */
const statePriority: readonly ExtentState[] = ['stored', 'unreadable', 'encrypted', 'excluded', 'missing', 'zero'];

const noAbsence: readonly Absence[] = [];

/** Decoded bytes of the pieces used last. */
class DecodedPieces {
  readonly #kept = new Map<MemoryPiece, Uint8Array | string>();
  get(piece: MemoryPiece, decode: DecodePiece): Uint8Array | string {
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

interface Run extends Extent {
  readonly piece?: MemoryPiece;
}

/** Extents of the sweep, and for each the piece it comes from. Touching runs that continue each other are one. */
function runsOf(pieces: readonly MemoryPiece[], end: bigint): Run[] {
  const runs: Run[] = [];
  for (const { start, end: stop, index } of sweep(pieces, end)) {
    const piece = index === undefined ? undefined : pieces[index];
    const state = piece?.state ?? 'missing';
    const reason = piece === undefined ? notHeld : piece.reason;
    const fileOffset = piece?.fileOffset === undefined || piece.decode !== undefined ? undefined : piece.fileOffset + Number(start - piece.start);
    const last = runs.at(-1);
    const continues =
      last?.state === state &&
      last.reason === reason &&
      last.piece?.decode === undefined &&
      piece?.decode === undefined &&
      last.piece?.source === piece?.source &&
      (fileOffset === undefined ? last.fileOffset === undefined : last.fileOffset !== undefined && last.fileOffset + Number(start - last.start) === fileOffset);
    if (last !== undefined && continues) runs[runs.length - 1] = { ...last, end: stop };
    else {
      runs.push({
        start,
        end: stop,
        state,
        ...(fileOffset === undefined ? {} : { fileOffset }),
        ...(reason === undefined ? {} : { reason }),
        ...(piece === undefined ? {} : { piece }),
      });
    }
  }
  return runs;
}

export function segmentMemory(source: ByteSource, listed: readonly MemoryPiece[]): MemoryImage {
  const pieces = cutAtFileEnd(
    listed.filter((piece) => piece.start < piece.end),
    source,
  );
  const last = pieces.reduce((most, piece) => (piece.end > most ? piece.end : most), 0n);
  const end = ((last + pageSizeBig - 1n) / pageSizeBig) * pageSizeBig;
  const runs = end === 0n ? [] : runsOf(pieces, end);
  // A position in another file of the set would be mistaken for one in this file.
  const extents = runs.map(({ piece, fileOffset, ...extent }): Extent => {
    const here = piece?.source === undefined || piece.source === source;
    return fileOffset !== undefined && here ? { ...extent, fileOffset } : extent;
  });
  const decoded = new DecodedPieces();

  /** Bytes of a stored run from address `from` on. Returns how many came, and why not all. */
  const fill = (run: Run, from: bigint, target: Uint8Array): { readonly got: number; readonly reason?: string } => {
    const { piece } = run;
    if (piece?.decode !== undefined) {
      const bytes = decoded.get(piece, piece.decode);
      if (typeof bytes === 'string') return { got: 0, reason: bytes };
      const at = Number(from - piece.start);
      target.set(bytes.subarray(at, at + target.length));
      return { got: Math.max(0, Math.min(target.length, bytes.length - at)) };
    }
    if (run.fileOffset === undefined) return { got: 0 };
    return { got: (piece?.source ?? source).readInto(run.fileOffset + Number(from - run.start), target) };
  };

  const read = (address: bigint, target: Uint8Array): readonly Absence[] => {
    if (target.length === 0) return noAbsence;
    const stop = address + BigInt(target.length);
    const absent: Absence[] = [];
    for (let index = indexAt(runs, address); index < runs.length; index += 1) {
      const run = runs[index];
      if (run === undefined || run.start >= stop) break;
      const from = run.start > address ? run.start : address;
      const to = run.end < stop ? run.end : stop;
      const part = target.subarray(Number(from - address), Number(to - address));
      if (run.state !== 'stored') part.fill(0);
      if (run.state === 'zero') continue;
      if (run.state !== 'stored') {
        absent.push({ start: from, end: to, state: run.state, ...(run.reason === undefined ? {} : { reason: run.reason }) });
        continue;
      }
      const { got, reason } = fill(run, from, part);
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
    for (let index = indexAt(runs, start); index < runs.length; index += 1) {
      const run = runs[index];
      if (run === undefined || run.start >= stop) break;
      mark(run.start > start ? run.start : start, run.end < stop ? run.end : stop, run.state);
    }
    // A read that failed in the middle of a stored extent makes the pages it touches unreadable, not zero.
    for (const gap of absent) {
      if (gap.state !== 'unreadable') continue;
      const lastPage = Number((gap.end - start - 1n) / pageSizeBig);
      for (let page = Number((gap.start - start) / pageSizeBig); page <= lastPage; page += 1) states[page] = pageStateCodes.indexOf('unreadable');
    }
  };

  return { end, extents: extentList(extents), read, readPages };
}
