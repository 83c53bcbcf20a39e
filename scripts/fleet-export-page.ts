/** docs/fleet-export.md: what the columns are comes from the tables that are exported. */
import { fileURLToPath } from 'node:url';
import { columnTypes } from '../src/fleet/export/column-types.ts';
import { exportTables, type ExportTable } from '../src/fleet/export/tables.ts';

export const exportPagePath = fileURLToPath(new URL('../docs/fleet-export.md', import.meta.url));

const introduction = `# A catalogue as Parquet

\`dumpbench fleet export --parquet FOLDER\` writes what a catalogue holds for DuckDB, Spark, Trino, and whatever else reads Parquet. The user needs the right to read and no other. The folder is new or empty; it appears when all is written, or not at all.
All tables show one and the same moment, and an unchanged catalogue gives the same bytes again. The export of a catalogue in a folder keeps its other users waiting until it is done; on a server nobody waits.

Tables that have months are partitioned as Hive does: \`dumps/month=2026-11/part-0.parquet\`. The month is that of the crash, else of the dump, else of the day on which the dump was added, in UTC; \`month_of\` says which. \`--since 2026-11\` leaves out
earlier months; issues are always all there. A table without rows is one empty file in \`month=__HIVE_DEFAULT_PARTITION__\`.

\`\`\`sql
SELECT d.month, i.title, count(*) FROM read_parquet('fleet/dumps/*/*.parquet', hive_partitioning = true) d
JOIN read_parquet('fleet/issues/*.parquet') i ON d.issue = i.id GROUP BY ALL ORDER BY 3 DESC;
\`\`\`

Texts are what dumps say: whoever shows them has to escape them. Of a catalogue that keeps no texts (\`fleet init --no-texts\`) \`command_line\`, \`detail\` of dumps and checks, the lines of evidence in \`verdict\`, and cells that may quote the log are missing; paths are there.

This page is made from the declarations of the tables (\`DUMPBENCH_UPDATE=1 npm test -- test/unit/fleet/export.test.ts\` writes it).
`;

const tableText = ({ name, means, columns }: ExportTable): string =>
  `## ${name}\n\n${means}\n\n| column | type | null | what it is |\n|---|---|---|---|\n${columns
    .map((column) => `| \`${column.name}\` | ${columnTypes[column.type].parquet} | ${column.always === true ? 'never' : 'possible'} | ${column.means} |\n`)
    .join('')}`;

export const exportPage = (): string => [introduction, ...exportTables.map(tableText)].join('\n');
