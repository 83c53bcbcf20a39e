/** Dumps of an issue in pages, with their places. */
import * as v from 'valibot';
import { ownStorage } from '../../files/storage-host.ts';
import { pathText } from '../../files/path-bytes.ts';
import { defined } from '../../shared/defined.ts';
import type { DumpPlace, IssueDump, FleetOverview, TrendSpan } from '../../shared/fleet-protocol.ts';
import { verdictClasses } from '../../shared/verdict-model.ts';
import { endedTime, isoText } from '../database/column-values.ts';
import type { Sql } from '../database/database.ts';
import { isReachable } from '../reachable.ts';

const dumpRow = v.object({
  dumpKey: v.string(),
  title: v.string(),
  class: v.picklist(verdictClasses),
  format: v.string(),
  bytes: v.number(),
  complete: v.nullable(v.boolean()),
  arch: v.string(),
  machine: v.nullable(v.string()),
  host: v.nullable(v.string()),
  release: v.nullable(v.string()),
  crashed: v.nullable(isoText),
  dumped: v.nullable(isoText),
});
const placeRow = v.object({ dumpKey: v.string(), storage: v.string(), path: v.instance(Uint8Array), parts: v.array(v.instance(Uint8Array)) });

/** Copies of a dump that are listed. */
const mostPlaces = 8;

/** Those that can be reached from here come first. */
async function placesOf(sql: Sql, dumpKeys: readonly string[]): Promise<ReadonlyMap<string, DumpPlace[]>> {
  const rows = await sql.rows(
    placeRow,
    `SELECT wanted.key AS "dumpKey", place.storage, place.path_bytes AS path, place.part_bytes AS parts
     FROM unnest($1::text[]) AS wanted(key) CROSS JOIN LATERAL (
       SELECT * FROM dumpbench.place WHERE place.dump_key = wanted.key AND place.state = 'done'
       ORDER BY place.storage = $2 DESC, place.storage LIKE 'share:%' DESC, place.id LIMIT ${mostPlaces}
     ) AS place`,
    [dumpKeys, ownStorage()],
  );
  const found = new Map(dumpKeys.map((key): [string, DumpPlace[]] => [key, []]));
  for (const { dumpKey, storage, path, parts } of rows)
    found.get(dumpKey)?.push({ storage, path: pathText(path), parts: parts.map(pathText), isReachable: isReachable(storage) });
  return found;
}

const countRow = v.object({ count: v.number() });

/** The latest first. @param issue undefined for those that belong to none */
export async function issueDumps(
  sql: Sql,
  issue: number | undefined,
  start: number,
  count: number,
): Promise<{ readonly matching: number; readonly rows: IssueDump[] }> {
  const [of, values] = issue === undefined ? (['dump.issue IS NULL', []] as const) : (['dump.issue = $1', [issue]] as const);
  const [counted] = await sql.rows(countRow, `SELECT count(*)::int FROM dumpbench.dump WHERE ${of}`, values);
  const rows = await sql.rows(
    dumpRow,
    `SELECT dump_key AS "dumpKey", title, class, format, bytes::float8 AS bytes, complete, arch, machine, host, release, crashed, dumped
     FROM dumpbench.dump WHERE ${of} ORDER BY ${endedTime} DESC NULLS LAST, dump_key LIMIT ${count} OFFSET ${start}`,
    values,
  );
  const places = await placesOf(
    sql,
    rows.map(({ dumpKey }) => dumpKey),
  );
  return {
    matching: counted?.count ?? 0,
    rows: rows.map(({ complete, machine, host, release, crashed, dumped, ...rest }) => ({
      ...rest,
      ...defined({
        complete: complete ?? undefined,
        machine: machine ?? undefined,
        host: host ?? undefined,
        release: release ?? undefined,
        crashed: crashed ?? undefined,
        dumped: dumped ?? undefined,
      }),
      places: places.get(rest.dumpKey) ?? [],
    })),
  };
}

/** Numbers of a whole catalogue. */
export async function overviewOf(sql: Sql, span: TrendSpan | undefined): Promise<FleetOverview> {
  const one = async (text: string): Promise<number> => (await sql.rows(countRow, `SELECT count(*)::int FROM dumpbench.${text}`))[0]?.count ?? 0;
  return {
    dumps: await one('dump'),
    issues: await one('issue'),
    withoutIssue: await one('dump WHERE issue IS NULL'),
    queued: await one("place WHERE state = 'queued'"),
    ...defined({ span }),
  };
}
