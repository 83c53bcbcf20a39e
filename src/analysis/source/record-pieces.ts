/**
 * Which record of a flattened stream holds what of the inner file: later records overwrite earlier ones. In columns, because a hostile
 * stream of 64 MiB has millions of records.
 */
import type { Steps } from '../jobs/steps.ts';
import { NumberColumn } from './number-column.ts';
import { sweep } from './piece-sweep.ts';

/** A part of the inner file that lies in one record. */
export interface RecordPiece {
  readonly start: number;
  readonly end: number;
  /** Position in the stream. */
  readonly from: number;
}

/** Records in the order of the stream: 24 bytes each. */
export class StreamRecords {
  readonly #starts = new NumberColumn();
  readonly #ends = new NumberColumn();
  readonly #from = new NumberColumn();
  #ordered = true;
  #end = 0;

  get length(): number {
    return this.#starts.length;
  }

  push({ start, end, from }: RecordPiece): void {
    this.#ordered &&= this.length === 0 || start >= this.end(this.length - 1);
    this.#end = Math.max(this.#end, end);
    this.#starts.push(start);
    this.#ends.push(end);
    this.#from.push(from);
  }

  start(index: number): number {
    return this.#starts.at(index);
  }
  end(index: number): number {
    return this.#ends.at(index);
  }

  /** Disjoint pieces in ascending order. Records that go backwards are sorted once, after all of them are known. */
  *pieces(): Steps<RecordPieces> {
    if (this.#ordered) return new RecordPieces(this, this.#starts, undefined);
    const starts = new NumberColumn();
    const records = new NumberColumn(Uint32Array);
    yield* sweep(this, { end: this.#end, wins: 'last' }, (start, record) => {
      if (record === -1) return;
      starts.push(start);
      records.push(record);
    });
    return new RecordPieces(this, starts, records);
  }

  at(index: number): RecordPiece {
    return { start: this.start(index), end: this.end(index), from: this.#from.at(index) };
  }
}

export class RecordPieces {
  readonly #records: StreamRecords;
  readonly #starts: NumberColumn;
  /** The record of each piece; undefined where each record is a piece. */
  readonly #of: NumberColumn | undefined;

  constructor(records: StreamRecords, starts: NumberColumn, of: NumberColumn | undefined) {
    this.#records = records;
    this.#starts = starts;
    this.#of = of;
  }

  get length(): number {
    return this.#starts.length;
  }

  get heldBytes(): number {
    return 24 * this.#records.length + (this.#of === undefined ? 0 : 12 * this.length);
  }

  /** Undefined after the last one. */
  at(index: number): RecordPiece | undefined {
    if (index < 0 || index >= this.length) return undefined;
    const record = this.#records.at(this.#of?.at(index) ?? index);
    const start = this.#starts.at(index);
    // A piece ends where the next one begins, if not before.
    const next = index + 1 < this.length ? this.#starts.at(index + 1) : Infinity;
    return { start, end: Math.min(record.end, next), from: record.from + (start - record.start) };
  }

  /** Number of the piece that holds a position, else of the first one after it. */
  indexAt(position: number): number {
    const next = this.#starts.firstFrom(position);
    if (next < this.length && this.#starts.at(next) === position) return next;
    const before = this.at(next - 1);
    return before !== undefined && before.end > position ? next - 1 : next;
  }
}
