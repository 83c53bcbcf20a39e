/** The JSON Schemas that we publish and the one of SARIF, with a validator that is not ours. */
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv, type ValidateFunction } from 'ajv';
import AjvOfDraft04 from 'ajv-draft-04';
import addFormats from 'ajv-formats';
import { jsonDocuments } from '../../scripts/json-reference.ts';
import { schemaFileName, schemaFolder } from '../../scripts/json-schemas.ts';

const errorsOf = (validate: ValidateFunction, value: unknown): readonly string[] =>
  validate(value) ? [] : (validate.errors ?? []).map(({ instancePath, message = '' }) => `${instancePath}: ${message}`);

function memo<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}

/** What is wrong with a document by the file that we publish for its declaration. */
export function wrongBySchema(declared: unknown, value: unknown): readonly string[] {
  const [name] = [...jsonDocuments].find(([, one]) => one === declared) ?? [];
  if (name === undefined) return ['no schema is published for it'];
  const schema = JSON.parse(readFileSync(join(schemaFolder, schemaFileName(name)), 'utf8')) as object;
  return errorsOf(new Ajv({ allErrors: true }).compile(schema), value);
}

const sarif = memo((): ValidateFunction => {
  const path = createRequire(import.meta.url).resolve('@microsoft/jest-sarif');
  const ajv = new AjvOfDraft04.default({ allErrors: true, strict: false, unicodeRegExp: false });
  addFormats.default(ajv);
  return ajv.compile(JSON.parse(readFileSync(join(path, '..', 'schemas', 'sarif-2.1.0-rtm.5.json'), 'utf8')) as object);
});

/** What is wrong with a SARIF log by the schema of version 2.1.0. */
export const wrongBySarifSchema = (value: unknown): readonly string[] => errorsOf(sarif(), value);
