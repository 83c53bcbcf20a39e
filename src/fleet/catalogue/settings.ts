/** Settings that apply to a whole catalogue, whoever uses it. */
import * as v from 'valibot';
import { forgetQuotes } from './analysis-rows.ts';
import type { Database } from '../database/database.ts';

export interface Settings {
  /** Whether lines of the kernel's log and command lines may be kept. */
  readonly texts: boolean;
  /** Dumps of one storage host that are worked on at a time, by all workers together. */
  readonly storageJobs: number;
}

const row = v.object({ name: v.string(), value: v.unknown() });
const shape = v.object({ texts: v.boolean(), storageJobs: v.pipe(v.number(), v.safeInteger(), v.minValue(1)) });

export async function settingsOf(database: Database): Promise<Settings> {
  const rows = await database.rows(row, 'SELECT name, value FROM dumpbench.setting');
  return v.parse(shape, Object.fromEntries(rows.map(({ name, value }) => [name, value])));
}

/** Existing texts are removed when they may no longer be kept. */
export function changeSettings(
  database: Database,
  { texts, storageJobs }: { readonly texts?: boolean | undefined; readonly storageJobs?: number | undefined },
): Promise<void> {
  return database.transaction(async (sql) => {
    const put = (name: string, value: unknown): Promise<void> =>
      sql.run('INSERT INTO dumpbench.setting VALUES ($1, $2::jsonb) ON CONFLICT (name) DO UPDATE SET value = excluded.value', [name, JSON.stringify(value)]);
    if (storageJobs !== undefined) await put('storageJobs', storageJobs);
    if (texts === undefined) return;
    await put('texts', texts);
    if (texts) return;
    await sql.run("UPDATE dumpbench.dump SET command_line = NULL, verdict = verdict - 'evidence' - 'excluded' - 'knownIssues'");
    await sql.run('UPDATE dumpbench.finding SET detail = NULL WHERE dump_key IS NOT NULL');
    await sql.run('UPDATE dumpbench.check_result SET detail = NULL');
    await forgetQuotes(sql);
  });
}
