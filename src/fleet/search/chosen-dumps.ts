/** Which dumps of a catalogue a search is about, and where their files are. */
import * as v from 'valibot';
import { pathText } from '../../files/path-bytes.ts';
import { ownStorage } from '../../files/storage-host.ts';
import { defined } from '../../shared/defined.ts';
import type { FoundDump, FleetLink } from '../../shared/fleet-search-model.ts';
import { bigintNumber, endedTime } from '../database/column-values.ts';
import { indexedText } from '../database/storable.ts';
import type { Sql } from '../database/database.ts';
import { FleetError } from '../fleet-error.ts';

export interface DumpFilter {
  /** How the release begins. */
  readonly release?: string | undefined;
  /** That ended then or later, ISO 8601; dumps that say no time are left out. */
  readonly since?: string | undefined;
  /** Number of an issue. */
  readonly issue?: number | undefined;
}

export const newestFirst = `${endedTime} DESC NULLS LAST, dump.dump_key`;

/** Condition on a row of `dump`, with the parameters $1 to $3: its text is always the same. */
export const chosen = `($1::text IS NULL OR starts_with(dump.release, $1)) AND ($2::timestamptz IS NULL OR ${endedTime} >= $2) AND ($3::bigint IS NULL OR dump.issue = $3)`;
export const chosenValues = ({ release, since, issue }: DumpFilter): readonly unknown[] => [
  release === undefined ? null : indexedText(release),
  since ?? null,
  issue ?? null,
];
export const isFiltered = ({ release, since, issue }: DumpFilter): boolean => release !== undefined || since !== undefined || issue !== undefined;

const keyRow = v.object({ dump_key: v.string() });
const countRow = v.object({ count: v.number() });

/** @throws FleetError usage where there is no such issue */
export async function assertIssue(sql: Sql, { issue }: DumpFilter): Promise<void> {
  if (issue === undefined) return;
  const [row] = await sql.rows(countRow, 'SELECT count(*)::int FROM dumpbench.issue WHERE id = $1', [issue]);
  if (row?.count !== 1) throw new FleetError('usage', `there is no issue ${issue}; "fleet issues" lists them`);
}

/** Keys of all of them, those that ended last first. */
export async function chosenKeys(sql: Sql, filter: DumpFilter): Promise<readonly string[]> {
  const rows = await sql.rows(keyRow, `SELECT dump_key FROM dumpbench.dump WHERE ${chosen} ORDER BY ${newestFirst}`, chosenValues(filter));
  return rows.map(({ dump_key: key }) => key);
}

/** Dumps that are excluded only because they have no time. */
export async function withoutTime(sql: Sql, filter: DumpFilter): Promise<number | undefined> {
  if (filter.since === undefined) return undefined;
  const values = chosenValues({ ...filter, since: undefined });
  const [row] = await sql.rows(countRow, `SELECT count(*)::int FROM dumpbench.dump WHERE ${chosen} AND ${endedTime} IS NULL`, values);
  return row?.count ?? 0;
}

export interface DumpCopy {
  readonly storage: string;
  readonly path: string;
  readonly parts: readonly string[];
}

export interface ChosenDump {
  readonly about: FoundDump;
  readonly identity: string;
  /** Where copies of it were found; those on disks of this machine first, then those on shares. */
  readonly places: readonly DumpCopy[];
  /** Page indexes of it that `fleet index` has made, the newest first. */
  readonly indexes: readonly string[];
}

const dumpRow = v.object({
  dump_key: v.string(),
  identity: v.string(),
  title: v.string(),
  release: v.nullable(v.string()),
  host: v.nullable(v.string()),
  ended: v.nullable(v.date()),
  issue: v.nullable(bigintNumber),
});
const placeRow = v.object({ dump_key: v.string(), storage: v.string(), path_bytes: v.instance(Uint8Array), part_bytes: v.array(v.instance(Uint8Array)) });

/** What is needed to open a few dumps, and to describe them. */
export async function dumpsOf(sql: Sql, keys: readonly string[]): Promise<ReadonlyMap<string, ChosenDump>> {
  if (keys.length === 0) return new Map();
  const rows = await sql.rows(
    dumpRow,
    `SELECT dump_key, identity, title, release, host, ${endedTime} AS ended, issue FROM dumpbench.dump WHERE dump_key = ANY($1::text[])`,
    [keys],
  );
  const places = await sql.rows(
    placeRow,
    `SELECT dump_key, storage, path_bytes, part_bytes FROM dumpbench.place WHERE dump_key = ANY($1::text[]) AND state = 'done'
     ORDER BY CASE WHEN storage = $2 THEN 0 WHEN storage LIKE 'local:%' THEN 2 ELSE 1 END, id`,
    [keys, ownStorage()],
  );
  const made = await sql.rows(
    v.object({ dump_key: v.string(), file: v.string() }),
    "SELECT dump_key, file FROM dumpbench.indexing WHERE dump_key = ANY($1::text[]) AND state = 'done' AND file IS NOT NULL ORDER BY finished DESC, id",
    [keys],
  );
  const indexes = Map.groupBy(made, ({ dump_key: key }) => key);
  const byDump = Map.groupBy(places, ({ dump_key: key }) => key);
  return new Map(
    rows.map(({ dump_key: key, identity, title, release, host, ended: at, issue }) => [
      key,
      {
        about: { key, title, ...defined({ release: release ?? undefined, host: host ?? undefined, ended: at?.toISOString(), issue: issue ?? undefined }) },
        identity,
        indexes: (indexes.get(key) ?? []).map(({ file }) => file),
        places: (byDump.get(key) ?? []).map(({ storage, path_bytes: path, part_bytes: parts }) => ({
          storage,
          path: pathText(path),
          parts: parts.map(pathText),
        })),
      },
    ]),
  );
}

/** How a dump is opened, at an absolute address. */
export const linkTo = ({ path, parts }: Pick<DumpCopy, 'path' | 'parts'>, address?: string): FleetLink => ({
  path,
  ...(parts.length === 0 ? {} : { volumes: [...parts] }),
  ...(address === undefined ? {} : { address: `absolute:${address}` }),
});

export function firstLink({ places: [place] }: ChosenDump, address?: string): FleetLink | undefined {
  return place === undefined ? undefined : linkTo(place, address);
}
