/** Analyses as table-valued functions: what they need is looked for before the query starts. */
import type { AnalysisTable, Cell, ColumnJson, ColumnType } from '../../../shared/analysis-table.ts';
import { cellsOf } from '../../kernel/analyses/analysis-cells.ts';
import type { Analysis } from '../../kernel/analyses/analysis.ts';
import { sqlNameOf, sqlParametersOf } from '../../kernel/analyses/sql-name.ts';
import type { SqlTableJson } from '../../../shared/sql-protocol.ts';
import { analysisKernel } from '../kernel/analysis-context.ts';
import { readParameters, type GivenParameters } from '../kernel/analysis-parameters.ts';
import type { DumpTable, RowsOfTable } from './dump-table.ts';

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

/** @param name plain one by which a query can ask for it; "analysis_log" unless given */
export function analysisTable(analysis: Analysis, name?: string): DumpTable {
  const { table } = analysis;
  return {
    json: tableJson(table, name ?? sqlNameOf(table), name === undefined ? 'analysis' : 'dump'),
    async open(session, signal): Promise<RowsOfTable> {
      const kernel = await analysisKernel(session, table, signal);
      return function* (missing, given) {
        const values: GivenParameters = Object.fromEntries(
          table.parameters.flatMap((parameter, at) => {
            const value = given[at];
            return value === undefined || value === null ? [] : [[parameter.name, value as string | number | bigint]];
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
      };
    },
  };
}

const tableJson = (table: AnalysisTable, name: string, group: SqlTableJson['group']): SqlTableJson => ({
  name,
  kind: 'function',
  group,
  parameters: [...sqlParametersOf(table)],
  stable: true,
  about: table.about,
  columns: table.columns.map((column) => ({
    name: column.name,
    type: column.type,
    about: column.space === undefined ? column.about : `${column.about} (${column.space})`,
  })),
});
