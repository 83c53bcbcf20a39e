/** Which tables a query names. SQLite alone knows its language: what is found here may be more than is read, never less. */
import { ownNames } from '../../kernel/analyses/sql-name.ts';
import type { DumpTable } from './dump-table.ts';

/** Texts and comments name nothing. */
const unsaid = /'(?:[^']|'')*'|--[^\n]*|\/\*[^]*?\*\//g;

/** Where a table can be, a word of it: after FROM, JOIN or IN, and in a list of tables. */
const places = /(?:\b(?:from|join|in)\b|,)[\s(]*["`[]?(\w+)/gi;

/** Tables that a query may read: analyses by their long names anywhere, the others where tables are named. */
export function namedTables(query: string, tables: readonly DumpTable[]): readonly DumpTable[] {
  const plain = query.replaceAll(unsaid, ' ');
  const own = ownNames(plain);
  const words = new Set((query.match(/\banalysis_\w+/gi) ?? []).map((name) => name.toLowerCase()));
  for (const [, name = ''] of plain.matchAll(places)) if (!own.has(name.toLowerCase())) words.add(name.toLowerCase());
  // SQLite describes a table on request: pragma_table_info('tasks').
  for (const [, name = ''] of query.matchAll(/\bpragma_\w+\s*\(\s*'(\w+)'/gi)) words.add(name.toLowerCase());
  return tables.filter(({ json }) => words.has(json.name));
}
