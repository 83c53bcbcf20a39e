/** The tables of an index as the doors show them. */
import type { SqlTableJson } from '../../../shared/sql-protocol.ts';
import { indexTables } from '../../page-index/schema.ts';

export const sqlTables = (): SqlTableJson[] =>
  indexTables.map(({ name, kind, parameters = [], stable, about, columns }) => ({
    name,
    kind,
    parameters: [...parameters],
    stable,
    about,
    columns: columns.map((column) => ({ ...column })),
  }));
