/** The JSON Schemas that we publish, and those of SARIF and CycloneDX, with a validator that is not ours. */
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

const cycloneDx = memo((): ValidateFunction => {
  const folder = join(createRequire(import.meta.url).resolve('@cyclonedx/cyclonedx-library/package.json'), '..', 'res', 'schema');
  const read = (name: string): object => JSON.parse(readFileSync(join(folder, `${name}.SNAPSHOT.schema.json`), 'utf8')) as object;
  const ajv = new Ajv({ allErrors: true, strict: false, formats: { 'idn-email': true, 'iri-reference': true } });
  addFormats.default(ajv);
  for (const name of ['spdx', 'jsf-0.82', 'cryptography-defs']) ajv.addSchema(read(name), `http://cyclonedx.org/schema/${name}.SNAPSHOT.schema.json`);
  return ajv.compile(read('bom-1.6'));
});

/** What is wrong with a bill of materials by the schema of CycloneDX 1.6. */
export const wrongByCycloneDxSchema = (value: unknown): readonly string[] => errorsOf(cycloneDx(), value);
