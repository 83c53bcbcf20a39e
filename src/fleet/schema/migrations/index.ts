/** The versions of the catalogue's schema, oldest first. One that was released is never changed: what comes later is a file and a line. */
import { catalogue } from './0001-catalogue.ts';

export interface Migration {
  readonly version: number;
  readonly name: string;
  readonly sql: string;
}

export const migrations: readonly Migration[] = [{ version: 1, name: 'catalogue', sql: catalogue }];

export const newestVersion = migrations.reduce((newest, { version }) => Math.max(newest, version), 0);
