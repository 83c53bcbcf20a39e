/** The versions of the catalogue's schema, oldest first. One that was released is never changed: what comes later is a file and a line. */
import { catalogue } from './0001-catalogue.ts';
import { rangesAndChecks } from './0002-ranges-and-checks.ts';

export interface Migration {
  readonly version: number;
  readonly name: string;
  readonly sql: string;
}

export const migrations: readonly Migration[] = [
  { version: 1, name: 'catalogue', sql: catalogue },
  { version: 2, name: 'ranges and checks', sql: rangesAndChecks },
];

export const newestVersion = migrations.reduce((newest, { version }) => Math.max(newest, version), 0);
