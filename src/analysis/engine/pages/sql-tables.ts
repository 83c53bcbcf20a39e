/** What a query can read, as the doors show it: the tables of an index, and analyses as functions. */
import type { SqlTableJson } from '../../../shared/sql-protocol.ts';
import { analysisSqlTables } from '../kernel/analysis-functions.ts';
import { indexTables } from '../../page-index/schema.ts';

export const sqlTables = (): SqlTableJson[] => [
  ...indexTables.map(({ name, kind, parameters = [], stable, about, columns }) => ({
    name,
    kind,
    parameters: [...parameters],
    stable,
    about,
    columns: columns.map((column) => ({ ...column })),
  })),
  ...analysisSqlTables(),
];
