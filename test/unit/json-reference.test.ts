import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { jsonDocuments, jsonReferencePage, jsonReferencePath } from '../../scripts/json-reference.ts';
import { jsonSchemaFiles, schemaFolder, writeJsonSchemas } from '../../scripts/json-schemas.ts';
import { jsonCommands } from './cli/command-files.ts';

describe('reference page of the JSON answers', () => {
  it('is what the schemas say (DUMPBENCH_UPDATE=1 writes it)', () => {
    if (process.env.DUMPBENCH_UPDATE === '1') writeFileSync(jsonReferencePath, jsonReferencePage());
    expect(readFileSync(jsonReferencePath, 'utf8')).toBe(jsonReferencePage());
  });

  it('goes with a JSON Schema of each document (DUMPBENCH_UPDATE=1 writes them)', () => {
    if (process.env.DUMPBENCH_UPDATE === '1') writeJsonSchemas();
    const files = jsonSchemaFiles();
    expect(readdirSync(schemaFolder).sort()).toEqual([...files.keys()].sort());
    for (const [name, text] of files) expect(readFileSync(join(schemaFolder, name), 'utf8'), name).toBe(text);
  });

  it('has the answer of every command', () => {
    const documents = new Set(jsonDocuments.values());
    expect(Object.entries(jsonCommands).flatMap(([name, { schema }]) => (documents.has(schema) ? [] : [name]))).toEqual([]);
  });
});
