/** Names of analyses in SQL: each is a table-valued function, its parameters are hidden columns. */
import type { AnalysisTable } from '../../../shared/analysis-table.ts';

const prefix = 'analysis_';

export const sqlNameOf = ({ id }: Pick<AnalysisTable, 'id'>): string => `${prefix}${id.replaceAll('-', '_')}`;

/** A parameter that a column has the name of is asked for by another one: "wanted_pid". */
export const sqlParametersOf = ({ parameters, columns }: AnalysisTable): readonly string[] =>
  parameters.map(({ name }) => {
    const plain = name.replaceAll('-', '_');
    return columns.some((column) => column.name.toLowerCase() === plain.toLowerCase()) ? `wanted_${plain}` : plain;
  });

/** A table that does not exist and that has the name of an analysis: what was meant. */
export function meantFunction(table: string, all: readonly { readonly table: AnalysisTable }[]): string | undefined {
  const plain = table.toLowerCase().replaceAll('-', '_');
  return all.map((one) => sqlNameOf(one.table)).find((name) => name === `${prefix}${plain}`);
}

/** Names that a query gives itself (WITH). */
export const ownNames = (query: string): ReadonlySet<string> =>
  new Set(
    [...query.matchAll(/["`[]?([\w-]+)["`\]]?\s*(?:\([^()]*\)\s*)?\bas\s*(?:(?:not\s+)?materialized\s*)?\(/gi)].map(([, name = '']) => name.toLowerCase()),
  );

/** Names that a query has where tables are named, but for those that it gives itself. */
export function tablesInQuery(query: string): readonly string[] {
  const own = ownNames(query);
  return [...query.matchAll(/\b(?:from|join)\s+["`[]?([\w-]+)/gi)].map(([, name = '']) => name).filter((name) => !own.has(name.toLowerCase()));
}
