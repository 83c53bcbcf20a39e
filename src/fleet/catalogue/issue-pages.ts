/** Issues as a table shows them: sorted once, then read in pages by their numbers, however many dumps there are. */
import * as v from 'valibot';
import { defined } from '../../shared/defined.ts';
import { trendParts, type IssueDetails, type IssueOrder, type IssueRow, type IssueShare, type TrendSpan } from '../../shared/fleet-protocol.ts';
import { issueStates, type IssueState } from '../../shared/issue-states.ts';
import { verdictClasses } from '../../shared/verdict-model.ts';
import { endedTime, isoText } from '../database/column-values.ts';
import type { Sql } from '../database/database.ts';

/** Clocks that were never set show 1900, 1970, or any time in the future; a few dumps of such a clock must not squeeze all others into one part. */
const credible = `${endedTime} BETWEEN '2000-01-01' AND now() + interval '1 day'`;
const oldestShare = 0.005;

const spanRow = v.object({ start: v.nullable(v.date()), end: v.nullable(v.date()) });
const dayMs = 86_400_000;

/** The time that trends are drawn over, a day at least; undefined if no dump has a time. */
export async function trendSpan(sql: Sql): Promise<TrendSpan | undefined> {
  const [row] = await sql.rows(
    spanRow,
    `SELECT percentile_disc(${oldestShare}) WITHIN GROUP (ORDER BY ${endedTime}) AS start, max(${endedTime}) AS "end" FROM dumpbench.dump WHERE ${credible}`,
  );
  if (row === undefined || row.start === null || row.end === null) return undefined;
  // The last moment belongs to the last part.
  const end = new Date(Math.max(row.end.getTime() + 1, row.start.getTime() + dayMs));
  return { start: row.start.toISOString(), end: end.toISOString() };
}

const orderText: Readonly<Record<IssueOrder, string>> = {
  dumps: 'coalesce(counted.dumps, 0)',
  first: 'counted.first',
  last: 'counted.last',
  title: 'issue.title',
  status: 'issue.status',
  id: 'issue.id',
};

export interface IssueChoice {
  readonly status?: IssueState | undefined;
  readonly text?: string | undefined;
  readonly by: IssueOrder;
  readonly descending: boolean;
}

/** For text that a person typed: LIKE has special characters. */
const likeText = (text: string): string => `%${text.replaceAll(/[\\%_]/g, '\\$&')}%`;

const orderedRow = v.object({ ids: v.array(v.number()) });

/** Numbers of the issues that were chosen, in order. The sort is stable. */
export async function orderedIssues(sql: Sql, { status, text, by, descending }: IssueChoice): Promise<readonly number[]> {
  const [row] = await sql.rows(
    orderedRow,
    `SELECT coalesce(array_agg(issue.id::float8 ORDER BY ${orderText[by]} ${descending ? 'DESC' : 'ASC'} NULLS LAST, issue.id), '{}') AS ids
     FROM dumpbench.issue LEFT JOIN (
       SELECT dump.issue AS id, count(*) AS dumps, min(${endedTime}) AS first, max(${endedTime}) AS last FROM dumpbench.dump WHERE dump.issue IS NOT NULL GROUP BY dump.issue
     ) AS counted USING (id)
     WHERE ($1::text IS NULL OR issue.status = $1)
       AND ($2::text IS NULL OR issue.title ILIKE $2 OR issue.note ILIKE $2 OR array_to_string(issue.links, ' ') ILIKE $2
         OR issue.id IN (SELECT dump.issue FROM dumpbench.dump WHERE dump.host ILIKE $2 OR dump.release ILIKE $2))`,
    [status ?? null, text === undefined ? null : likeText(text)],
  );
  return row?.ids ?? [];
}

/** Names that a row shows. */
const mostNames = 3;

const issueRow = v.object({
  id: v.number(),
  class: v.picklist(verdictClasses),
  title: v.string(),
  status: v.picklist(issueStates),
  note: v.nullable(v.string()),
  links: v.array(v.string()),
  dumps: v.number(),
  first: v.nullable(isoText),
  last: v.nullable(isoText),
  releases: v.array(v.string()),
  releaseCount: v.number(),
  hosts: v.array(v.string()),
  hostCount: v.number(),
});
const names = (column: string): string =>
  `coalesce((array_agg(DISTINCT dump.${column} ORDER BY dump.${column}) FILTER (WHERE dump.${column} IS NOT NULL))[1:${mostNames}], '{}')`;

/** These issues, in this order; one that is gone is left out. */
export async function issueRows(sql: Sql, ids: readonly number[], span: TrendSpan | undefined): Promise<readonly IssueRow[]> {
  if (ids.length === 0) return [];
  const rows = await sql.rows(
    issueRow,
    `SELECT issue.id::float8 AS id, issue.class, issue.title, issue.status, issue.note, issue.links, counted.*
     FROM unnest($1::bigint[]) WITH ORDINALITY AS wanted(id, place) JOIN dumpbench.issue USING (id) CROSS JOIN LATERAL (
       SELECT count(*)::int AS dumps, min(${endedTime}) AS first, max(${endedTime}) AS last,
         ${names('release')} AS releases, count(DISTINCT dump.release)::int AS "releaseCount",
         ${names('host')} AS hosts, count(DISTINCT dump.host)::int AS "hostCount"
       FROM dumpbench.dump WHERE dump.issue = issue.id
     ) AS counted ORDER BY wanted.place`,
    [ids],
  );
  const trends = await trendsOf(sql, ids, span);
  return rows.map(({ note, first, last, ...rest }) => ({
    ...rest,
    ...defined({ note: note ?? undefined, first: first ?? undefined, last: last ?? undefined }),
    trend: trends.get(rest.id) ?? [],
  }));
}

const trendRow = v.object({ issue: v.number(), part: v.number(), dumps: v.number() });

async function trendsOf(sql: Sql, ids: readonly number[], span: TrendSpan | undefined): Promise<ReadonlyMap<number, number[]>> {
  if (span === undefined) return new Map();
  const rows = await sql.rows(
    trendRow,
    `SELECT dump.issue::float8 AS issue, width_bucket(extract(epoch FROM ${endedTime})::float8, $2, $3, ${trendParts}) AS part, count(*)::int AS dumps
     FROM dumpbench.dump WHERE dump.issue = ANY($1::bigint[]) AND ${endedTime} >= $4 AND ${endedTime} < $5 GROUP BY 1, 2`,
    [ids, Date.parse(span.start) / 1000, Date.parse(span.end) / 1000, span.start, span.end],
  );
  const trends = new Map(ids.map((id) => [id, Array.from({ length: trendParts }, () => 0)]));
  for (const { issue, part, dumps } of rows) {
    const trend = trends.get(issue);
    if (trend !== undefined) trend[part - 1] = dumps;
  }
  return trends;
}

/** As many as a person reads. */
const mostShares = 20;
const shareRow = v.object({ name: v.nullable(v.string()), dumps: v.number() });

async function sharesOf(sql: Sql, id: number, column: 'release' | 'host'): Promise<IssueShare[]> {
  const rows = await sql.rows(
    shareRow,
    `SELECT ${column} AS name, count(*)::int AS dumps FROM dumpbench.dump WHERE issue = $1 GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT ${mostShares}`,
    [id],
  );
  return rows.map(({ name, dumps }) => ({ dumps, ...defined({ name: name ?? undefined }) }));
}

const signatureRow = v.object({ kind: v.picklist(['stack', 'exact']), value: v.string(), frames: v.nullable(v.array(v.string())) });

/** One issue with what its dumps share; undefined where there is no such issue. */
export async function issueDetails(sql: Sql, id: number, span: TrendSpan | undefined): Promise<IssueDetails | undefined> {
  const [issue] = await issueRows(sql, [id], span);
  const [row] = await sql.rows(
    signatureRow,
    `SELECT issue.kind, issue.signature AS value,
       (SELECT dump.frames FROM dumpbench.dump WHERE dump.issue = issue.id ORDER BY ${endedTime} DESC NULLS LAST LIMIT 1) AS frames
     FROM dumpbench.issue WHERE issue.id = $1`,
    [id],
  );
  if (issue === undefined || row === undefined) return undefined;
  const { frames, ...signature } = row;
  return { issue, signature, frames: frames ?? [], releases: await sharesOf(sql, id, 'release'), hosts: await sharesOf(sql, id, 'host') };
}
