/** One Parquet file, written a row group at a time. */
import type { SchemaElement } from 'hyparquet';
import type { OutputFile } from '../../files/output-file.ts';
import { loadDrivers } from '../database/drivers.ts';
import { columnTypes, schemaOf, type Cell } from './column-types.ts';
import type { ExportTable } from './tables.ts';

/** A row group is in memory as a whole. */
const groupRows = 20_000;
const groupCharacters = 16 << 20;

function lengthOf(cell: Cell | null): number {
  if (typeof cell === 'string' || cell instanceof Uint8Array) return cell.length;
  if (cell === null || typeof cell !== 'object') return 8;
  return cell.reduce<number>((sum, one) => sum + (one?.length ?? 0), 0);
}

export class TableFile {
  readonly #table: ExportTable;
  readonly #output: OutputFile;
  readonly #parquet;
  #columns: (Cell | null)[][];
  #rows = 0;
  #characters = 0;

  constructor(table: ExportTable, output: OutputFile) {
    const { ByteWriter, ParquetWriter } = loadDrivers().parquet;
    this.#table = table;
    this.#output = output;
    this.#columns = table.columns.map(() => []);
    const bytes = new ByteWriter();
    const flush = (): void => {
      output.write(bytes.getBytes());
      bytes.index = 0;
    };
    const fields = table.columns.flatMap(({ name, type, always }) => schemaOf(name, columnTypes[type], always !== true));
    const schema: SchemaElement[] = [{ name: table.name, num_children: table.columns.length }, ...fields];
    // No version and no time: equal rows are equal bytes.
    this.#parquet = new ParquetWriter({ writer: Object.assign(bytes, { flush, finish: flush }), schema, createdBy: 'dumpbench' });
  }

  /** @param values in the order of the columns */
  add(values: readonly unknown[]): void {
    for (const [at, { name, type, always }] of this.#table.columns.entries()) {
      const value = values[at];
      if (value === undefined || (value === null && always === true)) throw new Error(`${this.#table.name}.${name} has no value`);
      const cell = value === null ? null : columnTypes[type].cell(value);
      this.#columns[at]?.push(cell);
      this.#characters += lengthOf(cell);
    }
    this.#rows += 1;
    if (this.#rows >= groupRows || this.#characters >= groupCharacters) this.#writeGroup();
  }

  #writeGroup(): void {
    if (this.#rows === 0) return;
    const columnData = this.#table.columns.map(({ name }, at) => ({ name, data: this.#columns[at] ?? [] }));
    // Its sink writes synchronously: there is nothing to wait for.
    void this.#parquet.write({ columnData, rowGroupSize: this.#rows });
    this.#columns = this.#table.columns.map(() => []);
    this.#rows = 0;
    this.#characters = 0;
  }

  finish(): void {
    this.#writeGroup();
    void this.#parquet.finish();
    this.#output.finish();
  }
}
