/** A row of `piece`: what a piece says of itself, and what an index says of the pieces that it is read from. */
import * as v from 'valibot';
import { defined } from '../../shared/defined.ts';
import type { FileFault } from '../source/byte-source.ts';
import { IndexDamaged } from './index-error.ts';
import type { PieceRow } from './index-reader-type.ts';
import { emptyCounters } from './page-meta.ts';
import { assertRow, rowChecksum } from './row-checksum.ts';
import { counterColumns, countersOf } from './schema.ts';

const faultsSchema = v.array(
  v.strictObject({ file: v.string(), offset: v.number(), bytes: v.number(), why: v.string(), ofContents: v.optional(v.literal(true)) }),
);

/** Faults that are named; a disk that fails has one for each read. */
const mostFaults = 1000;

const firstCounter = 6;

/** A piece of which nothing is done yet. */
export const begunPiece = (startPfn: number, endPfn: number): PieceRow => ({
  startPfn,
  endPfn,
  place: undefined,
  digest: false,
  pages: 0,
  counters: emptyCounters(),
  faults: [],
  sha256: '',
});

/** Values in the order of the columns, the checksum included. */
export function rowOfPiece({ startPfn, endPfn, place, digest, pages, counters, faults, sha256 }: PieceRow): readonly unknown[] {
  const values = [
    startPfn,
    endPfn,
    place?.file ?? null,
    place?.folder ?? null,
    digest ? 1 : 0,
    pages,
    ...counters.states,
    ...counters.classes,
    JSON.stringify(faults.slice(0, mostFaults)),
    sha256,
  ];
  return [...values, rowChecksum(values)];
}

function faultsOf(text: string): readonly FileFault[] {
  const checked = v.safeParse(faultsSchema, JSON.parse(text));
  if (!checked.success) throw new IndexDamaged('a row of its table "piece" does not say in which form its faults are');
  return checked.output.map(({ ofContents, ...fault }) => ({ ...fault, ...defined({ ofContents }) }));
}

/** @throws IndexDamaged */
export function pieceOfRow(row: readonly unknown[]): PieceRow {
  assertRow('piece', row);
  const [startPfn, endPfn, file, folder, digest, pages] = row;
  const [faults, sha256] = row.slice(firstCounter + counterColumns.length);
  return {
    startPfn: startPfn as number,
    endPfn: endPfn as number,
    place: typeof file === 'string' ? { file, folder: String(folder) } : undefined,
    digest: digest === 1,
    pages: pages as number,
    counters: countersOf(row, firstCounter),
    faults: faultsOf(String(faults)),
    sha256: String(sha256),
  };
}
