/** The registry of tables of the dump itself, and those of them that a query reads. */
import { missingText } from '../../../shared/analysis-text.ts';
import { MissingFacts } from '../../kernel/analyses/analysis-cells.ts';
import { analyses } from '../../kernel/analyses/catalogue.ts';
import { log, modules, tasks } from '../../kernel/analyses/index.ts';
import type { NamedFunction } from '../../page-index/connection.ts';
import type { Session } from '../session/session.ts';
import { analysisTable } from './analysis-table.ts';
import { checksTable } from './checks-table.ts';
import type { DumpTable } from './dump-table.ts';
import { namedTables } from './named-tables.ts';
import { symbolsTable } from './symbols-table.ts';

/** By the names that people type, first. */
export const plainTables: readonly DumpTable[] = [
  analysisTable(log, 'dmesg'),
  analysisTable(tasks, 'tasks'),
  symbolsTable,
  analysisTable(modules, 'modules'),
  checksTable,
];

/** Every analysis by its long name. */
export const analysisTables: readonly DumpTable[] = analyses.map((analysis) => analysisTable(analysis));

export const dumpTables: readonly DumpTable[] = [...plainTables, ...analysisTables];

export interface DumpFunctions {
  readonly functions: readonly NamedFunction[];
  /** What the tables that were read lack. */
  warnings(): readonly string[];
}

const shownMissing = 3;

/** Rows of one table, and what they lack. */
interface OpenedTable {
  readonly function: NamedFunction;
  readonly missing: MissingFacts;
  given: number;
}

async function opened({ json, open }: DumpTable, session: Session, signal: AbortSignal): Promise<OpenedTable> {
  const rowsOf = await open(session, signal);
  const missing = new MissingFacts();
  const table: OpenedTable = {
    missing,
    given: 0,
    function: {
      name: json.name,
      definition: {
        columns: json.columns.map(({ name }) => name),
        parameters: [...json.parameters],
        safeIntegers: true,
        *rows(...given) {
          for (const row of rowsOf(missing, given)) {
            table.given += 1;
            yield row;
          }
        },
      },
    },
  };
  return table;
}

/** Rows that are missing are said to be: an empty table is not an answer. */
function warningOf({ function: { name }, missing: { all }, given }: OpenedTable): readonly string[] {
  if (all.length === 0) return [];
  const more = all.length <= shownMissing ? '' : `; and ${all.length - shownMissing} more`;
  return [`${name} ${given === 0 ? 'could not be filled' : 'could read only a part'}: ${all.slice(0, shownMissing).map(missingText).join('; ')}${more}`];
}

/**
 * The tables whose names are in a query.
 * @throws Cancelled
 */
export async function dumpFunctions(session: Session, query: string, signal: AbortSignal): Promise<DumpFunctions> {
  const found: OpenedTable[] = [];
  for (const table of namedTables(query, dumpTables)) found.push(await opened(table, session, signal));
  return { functions: found.map((one) => one.function), warnings: () => found.flatMap(warningOf) };
}
