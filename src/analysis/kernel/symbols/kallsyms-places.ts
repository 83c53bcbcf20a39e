/** Where the tables of kallsyms lie. */

/** Virtual addresses. */
export interface KallsymsPlaces {
  readonly names: bigint;
  readonly count: bigint;
  readonly tokenTable: bigint;
  readonly tokenIndex: bigint;
  readonly offsets?: bigint;
  readonly relativeBase?: bigint;
  readonly addresses?: bigint;
  /** How they were found. */
  readonly found: string;
}
