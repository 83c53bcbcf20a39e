import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { jsonDocuments, jsonReferencePage, jsonReferencePath } from '../../scripts/json-reference.ts';
import { jsonCommands } from './cli/command-files.ts';

describe('reference page of the JSON answers', () => {
  it('is what the schemas say (DUMPBENCH_UPDATE=1 writes it)', () => {
    if (process.env.DUMPBENCH_UPDATE === '1') writeFileSync(jsonReferencePath, jsonReferencePage());
    expect(readFileSync(jsonReferencePath, 'utf8')).toBe(jsonReferencePage());
  });

  it('has the answer of every command', () => {
    const documents = new Set(jsonDocuments.values());
    expect(Object.entries(jsonCommands).flatMap(([name, { schema }]) => (documents.has(schema) ? [] : [name]))).toEqual([]);
  });
});
