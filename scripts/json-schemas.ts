/**
 * JSON Schema (draft-07) of every document that `--json` prints and of session files, written from the
 * declarations that every answer is held against: `node scripts/json-schemas.ts` (Node 24) writes resources/reference/schemas; a test keeps them current.
 */
import { toJsonSchema } from '@valibot/to-json-schema';
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { argv } from 'node:process';
import { fileURLToPath } from 'node:url';
import type { GenericSchema } from 'valibot';
import { schemaVersion } from '../src/shared/model.ts';
import { jsonDocuments } from './json-reference.ts';

export const schemaFolder = join(dirname(dirname(fileURLToPath(import.meta.url))), 'resources', 'reference', 'schemas');

/** "verifiedCase" -> "verified-case" */
export const schemaFileName = (name: string): string => `${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}.schema.json`;

/** Texts of all files, by name. What only code can check (that a pattern is one, that a range is not empty) is left out. */
export function jsonSchemaFiles(): ReadonlyMap<string, string> {
  return new Map(
    [...jsonDocuments].map(([name, declared]) => {
      const schema = toJsonSchema(declared as GenericSchema, { errorMode: 'ignore', target: 'draft-07' });
      const { $schema, ...rest } = schema;
      return [
        schemaFileName(name),
        `${JSON.stringify({ $schema, $id: `urn:dumpbench:schema:${schemaVersion}:${name}`, title: name, ...rest }, undefined, 1)}\n`,
      ];
    }),
  );
}

export function writeJsonSchemas(): void {
  mkdirSync(schemaFolder, { recursive: true });
  const files = jsonSchemaFiles();
  for (const old of readdirSync(schemaFolder)) if (!files.has(old)) rmSync(join(schemaFolder, old));
  for (const [name, text] of files) writeFileSync(join(schemaFolder, name), text);
}

if (argv[1] === fileURLToPath(import.meta.url)) writeJsonSchemas();
