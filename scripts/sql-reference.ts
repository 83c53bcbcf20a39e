/**
 * The reference page of the SQL names, written from the tables that make the index: `node scripts/sql-reference.ts`
 * (Node 24) writes resources/reference/sql.md; a test keeps it current.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { argv } from 'node:process';
import { fileURLToPath } from 'node:url';
import { plainTables } from '../src/analysis/engine/sql/dump-tables.ts';
import { indexSchemaVersion, indexTables, type SqlTable } from '../src/analysis/page-index/schema.ts';

export const sqlReferencePath = fileURLToPath(new URL('../resources/reference/sql.md', import.meta.url));

const cell = (text: string): string => text.replaceAll('|', '\\|');

function section({
  name,
  kind,
  parameters = [],
  about,
  columns,
  constraints,
}: Pick<SqlTable, 'name' | 'kind' | 'parameters' | 'about' | 'columns' | 'constraints'>): string {
  const call = parameters.length === 0 ? name : `${name}(${parameters.join(', ')})`;
  const rows = columns.map((column) => `| \`${column.name}\` | ${cell(column.type === '' ? '' : `\`${column.type}\``)} | ${cell(column.about)} |`);
  const how = kind === 'function' ? 'Computed when it is asked for.' : '';
  return [
    `## \`${call}\``,
    '',
    [about, how].filter((text) => text !== '').join(' '),
    '',
    '| column | type | meaning |',
    '|---|---|---|',
    ...rows,
    ...(constraints === undefined ? [] : ['', `\`${constraints}\``]),
    '',
  ].join('\n');
}

export function sqlReferencePage(): string {
  const chapter = (title: string, about: string, stable: boolean): string[] => [
    `# ${title}`,
    '',
    about,
    '',
    ...indexTables.filter((table) => table.stable === stable).map(section),
  ];
  const ofDump = [
    '# Tables of the dump itself',
    '',
    'Read from the dump while the query runs, without an index, row by row. Where one could not be filled, or only in part, the answer has a warning',
    'that says why: an empty table is then no statement about the dump.',
    '',
    ...plainTables.map(({ json }) => section(json)),
  ];
  return [
    '<!-- Written by scripts/sql-reference.ts from src/analysis/page-index/schema.ts and src/analysis/engine/sql. -->',
    '',
    `Schema version ${indexSchemaVersion}. Queries run read-only, in a process of their own that is ended at the time cap: SELECT, WITH, VALUES, EXPLAIN and`,
    'PRAGMA statements that only look. Absolute addresses are integers (above 2^63 negative, as SQLite has them), virtual ones text "0x...", page',
    'frame numbers are absolute addresses divided by 4096. `dumpbench sql FILE QUERY` and the SQL view of the window show the same.',
    '',
    'Each analysis is a function too, `analysis_modules()`: [analyses.md](analyses.md) names them, their parameters and columns.',
    '',
    ...ofDump,
    ...chapter('Names that scripts may rely on', 'They stay, with their columns.', true),
    ...chapter('How the index is stored', 'These may change with the schema version.', false),
  ].join('\n');
}

if (argv[1] === fileURLToPath(import.meta.url)) {
  mkdirSync(dirname(sqlReferencePath), { recursive: true });
  writeFileSync(sqlReferencePath, sqlReferencePage());
}
