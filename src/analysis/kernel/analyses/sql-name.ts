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

/** Analyses that a query may read: those whose names stand in it. */
export function namedInQuery<T extends { readonly table: AnalysisTable }>(query: string, all: readonly T[]): readonly T[] {
  const names = new Set((query.match(/\banalysis_\w+/gi) ?? []).map((name) => name.toLowerCase()));
  return all.filter(({ table }) => names.has(sqlNameOf(table)));
}
