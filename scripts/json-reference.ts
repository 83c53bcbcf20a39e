/**
 * The reference page of what `--json` prints, written from the schemas that tests hold every answer against:
 * `node scripts/json-reference.ts` (Node 24) writes resources/reference/json.md; a test keeps it current.
 */
import { globSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { argv } from 'node:process';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { schemaVersion } from '../src/shared/model.ts';
import { hexString } from '../src/shared/json-values.ts';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
export const jsonReferencePath = join(root, 'resources', 'reference', 'json.md');

/** What valibot's schemas have in common, as far as the page needs it. */
interface Schema {
  readonly type: string;
  readonly pipe?: readonly { readonly kind: string; readonly type: string; readonly requirement?: unknown }[];
  readonly entries?: Readonly<Record<string, Schema>>;
  readonly wrapped?: Schema;
  readonly item?: Schema;
  readonly items?: readonly Schema[];
  readonly options?: readonly unknown[];
  readonly literal?: unknown;
  readonly value?: Schema;
}

const isSchema = (value: unknown): value is Schema => typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'schema';
const isDocument = (value: unknown): value is Schema => isSchema(value) && value.type === 'strict_object' && value.entries?.schema?.type === 'literal';

const indent = (depth: number): string => '  '.repeat(depth);

function text(schema: Schema): string {
  if ((schema as unknown) === hexString) return '"0x..."';
  const rules = schema.pipe?.map(({ type }) => type) ?? [];
  if (schema.type === 'number') return rules.includes('safe_integer') ? 'integer' : 'number';
  return rules.includes('regex') && schema.pipe?.some(({ requirement }) => String(requirement).includes('T\\d')) === true ? 'time' : schema.type;
}

/** A schema as a person writes it down; objects over several lines. */
function shape(schema: Schema, depth: number): string {
  switch (schema.type) {
    case 'strict_object':
    case 'object': {
      const entries = Object.entries(schema.entries ?? {});
      if (entries.length === 0) return '{}';
      const lines = entries.map(([name, value]) => {
        const optional = value.type === 'optional';
        return `${indent(depth + 1)}${name}${optional ? '?' : ''}: ${shape(optional ? (value.wrapped ?? value) : value, depth + 1)}`;
      });
      return `{\n${lines.join('\n')}\n${indent(depth)}}`;
    }
    case 'array':
      return `[${schema.item === undefined ? '' : shape(schema.item, depth)}, ...]`;
    case 'tuple':
    case 'strict_tuple':
      return `[${(schema.items ?? []).map((item) => shape(item, depth)).join(', ')}]`;
    case 'record':
      return `{ "...": ${schema.value === undefined ? '' : shape(schema.value, depth)} }`;
    case 'picklist':
      return (schema.options ?? []).map((option) => JSON.stringify(option)).join(' | ');
    case 'literal':
      return JSON.stringify(schema.literal);
    case 'union':
    case 'variant':
      return (schema.options ?? [])
        .filter(isSchema)
        .map((option) => shape(option, depth))
        .join(' | ');
    default:
      return text(schema);
  }
}

/** Every document by the name of its schema, in the order of files and names. */
export const jsonDocuments: ReadonlyMap<string, unknown> = await (async () => {
  const found = new Map<string, unknown>();
  const seen = new Set<unknown>();
  for (const file of globSync('*.ts', { cwd: join(root, 'src', 'shared') }).sort()) {
    const exported = (await import(/* @vite-ignore */ pathToFileURL(join(root, 'src', 'shared', file)).href)) as Record<string, unknown>;
    for (const name of Object.keys(exported).sort())
      if (isDocument(exported[name]) && !seen.has(exported[name])) {
        seen.add(exported[name]);
        found.set(name.replace(/Schema$/, ''), exported[name]);
      }
  }
  return found;
})();

export function jsonReferencePage(): string {
  const sections = [...jsonDocuments].flatMap(([name, schema]) => [`## ${name}`, '', '```', shape(schema as Schema, 0), '```', '']);
  return [
    '<!-- Written by scripts/json-reference.ts from the schemas in src/shared. -->',
    '',
    `# What --json prints, schema ${schemaVersion}`,
    '',
    'Addresses, registers, checksums and codes are `"0x..."`: lower case, no padding. Counts, sizes, indices, page frame numbers and',
    'file offsets are integers. A time is ISO 8601 UTC with the fraction that its source has. `?` marks what is left out when it is',
    'absent; nothing is ever null. Ranges are half open: `start` inclusive, `end` exclusive. Arrays keep the order of the dump.',
    '',
    ...sections,
  ].join('\n');
}

if (argv[1] === fileURLToPath(import.meta.url)) {
  mkdirSync(dirname(jsonReferencePath), { recursive: true });
  writeFileSync(jsonReferencePath, jsonReferencePage());
}
