/** Who may do what: the owner (whoever runs `fleet init`) everything, workers rows, readers nothing but look. */
import * as v from 'valibot';
import type { Database } from '../database/database.ts';
import { catalogueSchema, queueSchema, readerRole, workerRole } from './names.ts';

const makeRole = (name: string): string => `DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '${name}') THEN CREATE ROLE ${name} NOLOGIN; END IF;
END $$;`;

/** What an administrator runs if the owner may not create roles. */
export const makeRoles = `${makeRole(workerRole)}\n${makeRole(readerRole)}\n`;

const tables = (names: readonly string[]): string => names.map((name) => `${catalogueSchema}.${name}`).join(', ');
/** Whose rows stay, and change. */
const written = tables(['dump', 'place', 'issue', 'indexing', 'range', 'verification']);
/** Whose rows are made again with those that they belong to. */
const replaced = tables(['finding', 'analysis_row', 'check_result']);

/** Rights on what is there, and on what later versions add. The owner runs it. */
export const grants = `
REVOKE ALL ON SCHEMA ${catalogueSchema}, ${queueSchema} FROM PUBLIC;
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA ${queueSchema} FROM PUBLIC;
GRANT USAGE ON SCHEMA ${catalogueSchema}, ${queueSchema} TO ${workerRole}, ${readerRole};
GRANT SELECT ON ALL TABLES IN SCHEMA ${catalogueSchema}, ${queueSchema} TO ${workerRole}, ${readerRole};
GRANT INSERT, UPDATE ON ${written} TO ${workerRole};
GRANT INSERT, DELETE ON ${replaced} TO ${workerRole};
GRANT INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA ${queueSchema} TO ${workerRole};
GRANT USAGE ON ALL SEQUENCES IN SCHEMA ${catalogueSchema}, ${queueSchema} TO ${workerRole};
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA ${queueSchema} TO ${workerRole};
`;

const presence = v.object({ roles: v.number(), may: v.boolean() });

/** Creates the roles if allowed, and grants them their privileges. @returns what an administrator has to run; undefined when all is done */
export async function grantRoles(database: Database): Promise<string | undefined> {
  // The embedded catalogue has one user: anyone who can enter its folder.
  if (database.kind === 'embedded') return undefined;
  const [found] = await database.rows(
    presence,
    `SELECT (SELECT count(*)::int FROM pg_roles WHERE rolname IN ('${workerRole}', '${readerRole}')) AS roles,
            (SELECT rolcreaterole OR rolsuper FROM pg_roles WHERE rolname = current_user) AS may`,
  );
  if (found?.roles !== 2) {
    if (found?.may !== true) return makeRoles;
    await database.run(makeRoles);
  }
  await database.run(grants);
  return undefined;
}
