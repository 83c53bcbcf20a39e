/** Issues: dumps with the same signature are one problem, with what people have noted about it. */
import * as v from 'valibot';
import { defined } from '../../shared/defined.ts';
import type { FleetIssueJson } from '../../shared/fleet-model.ts';
import { issueStates, type IssueState } from '../../shared/issue-states.ts';
import { verdictClasses, type SeenIssue, type VerdictJson } from '../../shared/verdict-model.ts';
import { bigintNumber, endedTime, isoText } from '../database/column-values.ts';
import { indexedText, storableText } from '../database/storable.ts';
import type { Sql } from '../database/database.ts';

export interface Signature {
  readonly kind: 'stack' | 'exact';
  readonly value: string;
}

/** The stack, because it stays the same when a kernel is built again; a place in one build if no stack is known. Nothing weaker: titles alone would group different problems. */
export function signatureOf({ signature: { stack, exact } }: VerdictJson): Signature | undefined {
  if (stack !== undefined) return { kind: 'stack', value: stack };
  return exact === undefined ? undefined : { kind: 'exact', value: exact };
}

const idRow = v.object({ id: bigintNumber });

/** The number of the issue with this signature, which begins with its first dump. */
export async function issueOf(sql: Sql, { kind, value }: Signature, verdict: VerdictJson): Promise<number> {
  const find = () => sql.rows(idRow, 'SELECT id FROM dumpbench.issue WHERE kind = $1 AND signature = $2', [kind, indexedText(value)]);
  const [known] = await find();
  if (known !== undefined) return known.id;
  const [made] = await sql.rows(
    idRow,
    'INSERT INTO dumpbench.issue (kind, signature, class, title) VALUES ($1, $2, $3, $4) ON CONFLICT (kind, signature) DO NOTHING RETURNING id',
    [kind, indexedText(value), verdict.class, verdict.title.slice(0, 1000)],
  );
  const [other] = made === undefined ? await find() : [made];
  if (other === undefined) throw new Error('an issue is neither there nor can be made');
  return other.id;
}

const listedRow = v.object({
  id: bigintNumber,
  class: v.picklist(verdictClasses),
  title: v.string(),
  status: v.picklist(issueStates),
  note: v.nullable(v.string()),
  links: v.array(v.string()),
  dumps: v.number(),
  first: v.nullable(isoText),
  last: v.nullable(isoText),
  releases: v.array(v.string()),
});

/** Issues with the most dumps first. @param which one of them, or those of a status, or all */
export async function listIssues(sql: Sql, which: { readonly id?: number; readonly status?: IssueState } = {}): Promise<FleetIssueJson[]> {
  const rows = await sql.rows(
    listedRow,
    `SELECT issue.id, issue.class, issue.title, issue.status, issue.note, issue.links, count(dump.dump_key)::int AS dumps,
       min(${endedTime}) AS first, max(${endedTime}) AS last,
       coalesce(array_agg(DISTINCT dump.release ORDER BY dump.release) FILTER (WHERE dump.release IS NOT NULL), '{}') AS releases
     FROM dumpbench.issue LEFT JOIN dumpbench.dump ON dump.issue = issue.id
     WHERE ($1::bigint IS NULL OR issue.id = $1) AND ($2::text IS NULL OR issue.status = $2)
     GROUP BY issue.id ORDER BY dumps DESC, issue.id`,
    [which.id ?? null, which.status ?? null],
  );
  return rows.map(({ note, first, last, ...rest }) => ({
    ...rest,
    ...defined({ note: note ?? undefined, first: first ?? undefined, last: last ?? undefined }),
  }));
}

export interface IssueChange {
  readonly status?: IssueState | undefined;
  /** An empty text removes the note. */
  readonly note?: string | undefined;
  /** Nothing is changed if the note has changed in the meantime. */
  readonly noteWas?: string | undefined;
  /** Added to the existing ones. */
  readonly links?: readonly string[] | undefined;
  readonly withoutLinks?: readonly string[] | undefined;
}

/** @returns false where there is no such issue, or its note is not the one that it was */
export async function changeIssue(sql: Sql, id: number, { status, note, noteWas, links = [], withoutLinks = [] }: IssueChange): Promise<boolean> {
  const rows = await sql.rows(
    idRow,
    `UPDATE dumpbench.issue SET status = coalesce($2, status), note = CASE WHEN $3::text IS NULL THEN note ELSE nullif($3, '') END,
       links = ARRAY(SELECT link FROM unnest(links) AS link WHERE link <> ALL ($5::text[]))
         || ARRAY(SELECT link FROM unnest($4::text[]) AS link WHERE link <> ALL (links)), changed = now()
     WHERE id = $1 AND ($6::text IS NULL OR coalesce(note, '') = $6) RETURNING id`,
    [id, status ?? null, note ?? null, [...new Set(links.map(storableText))], withoutLinks, noteWas ?? null],
  );
  return rows.length === 1;
}

const seenRow = v.object({
  issue: bigintNumber,
  status: v.picklist(issueStates),
  note: v.nullable(v.string()),
  links: v.array(v.string()),
  times: v.number(),
  first: v.nullable(isoText),
  last: v.nullable(isoText),
});

/** The issue with the signature of a dump, and how many other dumps have it; undefined where none has, or the dump has no signature. */
export async function seenBefore(sql: Sql, verdict: VerdictJson, dumpKey: string): Promise<SeenIssue | undefined> {
  const signature = signatureOf(verdict);
  if (signature === undefined) return undefined;
  const [row] = await sql.rows(
    seenRow,
    `SELECT issue.id AS issue, issue.status, issue.note, issue.links, count(dump.dump_key)::int AS times,
       min(${endedTime}) AS first, max(${endedTime}) AS last
     FROM dumpbench.issue LEFT JOIN dumpbench.dump ON dump.issue = issue.id AND dump.dump_key <> $3
     WHERE issue.kind = $1 AND issue.signature = $2 GROUP BY issue.id`,
    [signature.kind, indexedText(signature.value), dumpKey],
  );
  if (row === undefined) return undefined;
  const { note, first, last, ...rest } = row;
  return { ...rest, ...defined({ note: note ?? undefined, first: first ?? undefined, last: last ?? undefined }) };
}
