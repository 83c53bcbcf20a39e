/** Searches what a catalogue stores about its dumps for text. The statements are constant: what is searched for is a parameter, and no pattern. */
import * as v from 'valibot';
import { pathText } from '../../files/path-bytes.ts';
import { defined } from '../../shared/defined.ts';
import type { FleetHit, FleetTable } from '../../shared/fleet-search-model.ts';
import { Cancelled } from '../../shared/rpc.ts';
import { bigintNumber } from '../database/column-values.ts';
import { indexedText, storableText } from '../database/storable.ts';
import type { Database, Sql } from '../database/database.ts';
import { chosen, chosenValues, dumpsOf, firstLink, isFiltered, linkTo, newestFirst, type DumpFilter } from './chosen-dumps.ts';

/** $4 is the text, $5 as a signature is kept, $6 whether dumps are filtered, $7 how many. */
const fits = `(strpos(lower(cell.text), lower($4::text)) > 0 OR cell.name LIKE 'signature%' AND cell.text = $5::text)`;
const list = (value: string): string => `jsonb_array_elements(CASE jsonb_typeof(${value}) WHEN 'array' THEN ${value} ELSE '[]' END)`;
const result = 'cell.name AS column_name, cell.text';

const statements: readonly (readonly [FleetTable, string])[] = [
  [
    'issue',
    `SELECT NULL AS dump_key, issue.id AS issue, NULL::bytea AS path_bytes, NULL::bytea[] AS part_bytes, ${result}
     FROM dumpbench.issue CROSS JOIN LATERAL (
       VALUES ('title', issue.title), ('class', issue.class), ('signature', issue.signature), ('note', issue.note)
       UNION ALL SELECT 'links', link FROM unnest(issue.links) AS link
     ) AS cell (name, text)
     WHERE ${fits} AND (NOT $6::boolean OR EXISTS (SELECT FROM dumpbench.dump WHERE dump.issue = issue.id AND ${chosen}))
     ORDER BY issue.id, cell.name LIMIT $7`,
  ],
  [
    'dump',
    `SELECT dump.dump_key, NULL::bigint AS issue, NULL::bytea AS path_bytes, NULL::bytea[] AS part_bytes, ${result}
     FROM dumpbench.dump CROSS JOIN LATERAL (
       VALUES ('title', dump.title), ('class', dump.class), ('signature_exact', dump.signature_exact), ('signature_stack', dump.signature_stack),
         ('release', dump.release), ('host', dump.host), ('machine', dump.machine), ('arch', dump.arch), ('command_line', dump.command_line),
         ('dump_key', dump.dump_key), ('identity', dump.identity)
       UNION ALL SELECT 'contributing', one FROM unnest(dump.contributing) AS one
       UNION ALL SELECT 'frames', frame FROM unnest(dump.frames) AS frame
       UNION ALL SELECT 'evidence', line ->> 'text' FROM ${list("dump.verdict -> 'evidence'")} AS line
     ) AS cell (name, text)
     WHERE ${fits} AND $6::boolean IS NOT NULL AND ${chosen}
     ORDER BY ${newestFirst}, cell.name LIMIT $7`,
  ],
  [
    'analysis_row',
    `SELECT analysis_row.dump_key, NULL::bigint AS issue, NULL::bytea AS path_bytes, NULL::bytea[] AS part_bytes,
       analysis_row.analysis || '.' || cell.name AS column_name, cell.text
     FROM dumpbench.analysis_row JOIN dumpbench.dump USING (dump_key) CROSS JOIN LATERAL jsonb_each_text(analysis_row.cells) AS cell (name, text)
     WHERE ${fits} AND $6::boolean IS NOT NULL AND ${chosen}
     ORDER BY ${newestFirst}, analysis_row.analysis, analysis_row.number, cell.name LIMIT $7`,
  ],
  [
    'finding',
    `SELECT finding.dump_key, NULL::bigint AS issue, place.path_bytes, place.part_bytes, ${result}
     FROM dumpbench.finding LEFT JOIN dumpbench.dump USING (dump_key) LEFT JOIN dumpbench.place ON place.id = finding.place
     CROSS JOIN LATERAL (VALUES ('finding', finding.finding), ('title', finding.title), ('detail', finding.detail)) AS cell (name, text)
     WHERE ${fits} AND (NOT $6::boolean OR finding.dump_key IS NOT NULL AND ${chosen})
     ORDER BY ${newestFirst}, finding.id, cell.name LIMIT $7`,
  ],
  [
    'check_result',
    `SELECT place.dump_key, NULL::bigint AS issue, place.path_bytes, place.part_bytes, ${result}
     FROM dumpbench.check_result JOIN dumpbench.place ON place.id = check_result.place LEFT JOIN dumpbench.dump USING (dump_key)
     CROSS JOIN LATERAL (
       VALUES ('check_id', check_result.check_id), ('title', check_result.title), ('failure', check_result.failure), ('detail', check_result.detail)
     ) AS cell (name, text)
     WHERE ${fits} AND check_result.verdict = 'failed' AND (NOT $6::boolean OR place.dump_key IS NOT NULL AND ${chosen})
     ORDER BY ${newestFirst}, place.id, check_result.check_id, cell.name LIMIT $7`,
  ],
  [
    'place',
    `SELECT place.dump_key, NULL::bigint AS issue, place.path_bytes, place.part_bytes, ${result}
     FROM dumpbench.place LEFT JOIN dumpbench.dump USING (dump_key)
     CROSS JOIN LATERAL (VALUES ('path', place.path), ('problem', place.problem)) AS cell (name, text)
     WHERE ${fits} AND (NOT $6::boolean OR place.dump_key IS NOT NULL AND ${chosen})
     ORDER BY ${newestFirst}, place.id, cell.name LIMIT $7`,
  ],
];

const row = v.object({
  dump_key: v.nullable(v.string()),
  issue: v.nullable(bigintNumber),
  path_bytes: v.nullable(v.instance(Uint8Array)),
  part_bytes: v.nullable(v.array(v.instance(Uint8Array))),
  column_name: v.string(),
  text: v.string(),
});

const mostText = 400;
/** Characters before the match, if not all can be shown. */
const shownBefore = 100;

/** As much of a text as can be shown, with what was found in it. */
function around(text: string, pattern: string): string {
  if (text.length <= mostText) return text;
  const at = Math.max(0, text.toLowerCase().indexOf(pattern.toLowerCase()));
  const start = Math.min(Math.max(0, at - shownBefore), text.length - mostText);
  return `${start > 0 ? '…' : ''}${text.slice(start, start + mostText).toWellFormed()}${start + mostText < text.length ? '…' : ''}`;
}

async function hitsOf(sql: Sql, table: FleetTable, statement: string, values: readonly unknown[], pattern: string): Promise<readonly FleetHit[]> {
  const rows = await sql.rows(row, statement, values);
  const dumps = await dumpsOf(sql, [...new Set(rows.flatMap(({ dump_key: key }) => key ?? []))]);
  return rows.map(({ dump_key: key, issue, path_bytes: path, part_bytes: parts, column_name: column, text }) => {
    const dump = key === null ? undefined : dumps.get(key);
    const link = path !== null ? linkTo({ path: pathText(path), parts: (parts ?? []).map(pathText) }) : dump === undefined ? undefined : firstLink(dump);
    return { in: 'catalogue', table, column, text: around(text, pattern), ...defined({ dump: dump?.about, issue: issue ?? undefined, link }) };
  });
}

/** Seconds for one statement: none needs nearly as long. */
const statementSeconds = 120;

/**
 * Hits of one table after the other, dumps that ended last first.
 * @param most hits; one more shows that there are more
 * @throws FleetError, Cancelled
 */
export async function* searchCatalogue(
  database: Database,
  filter: DumpFilter,
  pattern: string,
  most: number,
  signal: AbortSignal,
): AsyncGenerator<FleetHit, void> {
  const text = storableText(pattern);
  let left = most;
  for (const [table, statement] of statements) {
    if (signal.aborted) throw new Cancelled();
    if (left <= 0) return;
    const values = [...chosenValues(filter), text, indexedText(pattern), isFiltered(filter), left];
    const hits = await database.transaction(async (sql) => {
      await sql.run(`SET LOCAL statement_timeout = ${statementSeconds * 1000}`);
      return hitsOf(sql, table, statement, values, text);
    }, 'read only');
    left -= hits.length;
    yield* hits;
  }
}
