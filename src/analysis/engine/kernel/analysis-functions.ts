/** Analyses as table-valued functions of a user's SQL: what they need is looked for before the query starts, then rows come as they are asked for. */
import { missingText } from '../../../shared/analysis-text.ts';
import type { AnalysisTable, Cell, ColumnJson, ColumnType } from '../../../shared/analysis-table.ts';
import { cellsOf, MissingFacts } from '../../kernel/analyses/analysis-cells.ts';
import type { AnalysisKernel } from '../../kernel/analyses/analysis-kernel.ts';
import type { Analysis } from '../../kernel/analyses/analysis.ts';
import { analyses } from '../../kernel/analyses/catalogue.ts';
import { namedInQuery, sqlNameOf, sqlParametersOf } from '../../kernel/analyses/sql-name.ts';
import type { NamedFunction, TableFunction } from '../../page-index/connection.ts';
import type { SqlTableJson } from '../../../shared/sql-protocol.ts';
import type { Session } from '../session/session.ts';
import { analysisKernel } from './analysis-context.ts';
import { readParameters, type GivenParameters } from './analysis-parameters.ts';

export interface AnalysisFunctions {
  readonly functions: readonly NamedFunction[];
  /** What the analyses that were read could not read. */
  warnings(): readonly string[];
}

const shownMissing = 3;
const numbers: ReadonlySet<ColumnType> = new Set<ColumnType>(['count', 'bytes', 'size', 'pid', 'cpu']);
const largestInteger = 1n << 63n;

/** Numbers are integers, also beyond 2^53 where SQLite has them; addresses stay the text that they are in JSON. */
function sqlValue({ type, space }: ColumnJson, cell: Cell | undefined): unknown {
  if (cell === undefined) return null;
  // As in the tables of the index: absolute addresses are integers, virtual ones text.
  if (type === 'address' && space === 'absolute') return BigInt.asIntN(64, BigInt(cell));
  if (typeof cell === 'boolean') return cell ? 1n : 0n;
  if (!numbers.has(type)) return cell;
  const value = BigInt(cell);
  return value < largestInteger && value >= -largestInteger ? value : String(value);
}

function definitionOf(analysis: Analysis, kernel: AnalysisKernel, session: Session, missing: MissingFacts): TableFunction {
  const { table } = analysis;
  const parameters = sqlParametersOf(table);
  return {
    columns: table.columns.map(({ name }) => name),
    parameters: [...parameters],
    safeIntegers: true,
    *rows(...given) {
      const values: GivenParameters = Object.fromEntries(
        table.parameters.flatMap(({ name }, at) => {
          const value = given[at];
          return value === undefined || value === null ? [] : [[name, value as string | number | bigint]];
        }),
      );
      const read = readParameters(table, values, { session, symbols: kernel.symbols });
      const unmet = table.needs.flatMap((need) => {
        const why = kernel.why(need);
        return why === undefined ? [] : [{ what: need, why }];
      });
      for (const one of unmet) missing.add(one);
      if (unmet.length > 0) return;
      for (const step of analysis.run(kernel, read)) {
        if ('missing' in step) missing.add(step.missing);
        if (!('row' in step)) continue;
        const { cells, missing: unread } = cellsOf(table, step.row);
        for (const one of unread) missing.add(one);
        if (Object.keys(cells).length > 0) yield table.columns.map((column) => sqlValue(column, cells[column.name]));
      }
    },
  };
}

/**
 * The functions whose names stand in a query.
 * @throws Cancelled
 */
export async function analysisFunctions(session: Session, query: string, signal: AbortSignal): Promise<AnalysisFunctions> {
  const made: (NamedFunction & { readonly missing: MissingFacts })[] = [];
  for (const analysis of namedInQuery(query, analyses)) {
    const missing = new MissingFacts();
    const kernel = await analysisKernel(session, analysis.table, signal);
    made.push({ name: sqlNameOf(analysis.table), definition: definitionOf(analysis, kernel, session, missing), missing });
  }
  return {
    functions: made,
    warnings: () =>
      made.flatMap(({ name, missing }) => {
        const { all } = missing;
        if (all.length === 0) return [];
        const more = all.length <= shownMissing ? '' : `; and ${all.length - shownMissing} more`;
        return [`${name} could read only a part: ${all.slice(0, shownMissing).map(missingText).join('; ')}${more}`];
      }),
  };
}

/** The functions as completion and reference show them. */
export const analysisSqlTables = (): readonly SqlTableJson[] => analyses.map(({ table }) => sqlTable(table));

function sqlTable(table: AnalysisTable): SqlTableJson {
  return {
    name: sqlNameOf(table),
    kind: 'function',
    parameters: [...sqlParametersOf(table)],
    stable: true,
    about: table.about,
    columns: table.columns.map(({ name, type, about, space }) => ({ name, type, about: space === undefined ? about : `${about} (${space})` })),
  };
}
