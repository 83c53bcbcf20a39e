/** Which files next to a database SQLite may be let near. */
import { copyFileSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, it } from 'vitest';
import { whyNoDatabase } from '../../../src/files/database-file.ts';
import { scratchFolder } from '../../scratch-folder.ts';

const folder = scratchFolder();
const checks = { isOurs: () => true, inOwnFolder: false, isOpen: () => false };

/** What kill -9 leaves in the middle of a transaction: the database and its rollback journal. */
function leftInTransaction(name: string, prepare: string): string {
  const origin = join(folder, `${name}-origin.sqlite`);
  const left = join(folder, `${name}.sqlite`);
  const database = new Database(origin);
  database.exec(prepare);
  database.exec('BEGIN IMMEDIATE; CREATE TABLE second (a)');
  copyFileSync(origin, left);
  copyFileSync(`${origin}-journal`, `${left}-journal`);
  database.close();
  return left;
}

it('goes on after a kill in the first transaction: the database is empty, its journal is not', () => {
  const left = leftInTransaction('first', '');
  expect(statSync(left).size).toBe(0);
  expect(statSync(`${left}-journal`).size).toBeGreaterThan(0);
  expect(whyNoDatabase(left, checks)).toBeUndefined();
  // SQLite takes it for what it is.
  const database = new Database(left);
  expect(database.pragma('integrity_check', { simple: true })).toBe('ok');
  database.close();
});

it('keeps a journal that has something to roll back, when its database is gone', () => {
  const left = leftInTransaction('later', 'CREATE TABLE first (a); INSERT INTO first VALUES (1)');
  expect(whyNoDatabase(left, checks)).toBeUndefined();
  writeFileSync(left, '');
  expect(whyNoDatabase(left, checks)).toBe(`${left}-journal is not part of a page index`);
});

it('keeps a file that has only the name of a journal', () => {
  const path = join(folder, 'other.sqlite');
  for (const bytes of [Buffer.from('text'), Buffer.alloc(4096), readFileSync(import.meta.filename)]) {
    writeFileSync(`${path}-journal`, bytes);
    expect(whyNoDatabase(path, checks)).toBe(`${path}-journal is not part of a page index`);
  }
});
