/** What the SQL editor suggests at a position. Pure: the editor's integration is in widgets/monaco. */
import type { SqlTableJson } from '../../../shared/sql-protocol.ts';

export interface SqlSuggestion {
  readonly label: string;
  readonly kind: 'table' | 'function' | 'column' | 'keyword';
  readonly insert: string;
  /** Shown next to the label: type, or what it belongs to. */
  readonly detail: string;
  readonly about: string;
}

const keywords = [
  'SELECT', 'FROM', 'WHERE', 'GROUP BY', 'ORDER BY', 'LIMIT', 'JOIN', 'LEFT JOIN', 'ON', 'AND', 'OR', 'NOT', 'IN', 'LIKE', 'BETWEEN', 'IS NULL', 'IS NOT NULL',
  'AS', 'DISTINCT', 'HAVING', 'DESC', 'ASC', 'WITH', 'WITH RECURSIVE', 'UNION ALL', 'CASE', 'WHEN', 'THEN', 'ELSE', 'END', 'EXPLAIN QUERY PLAN',
]; // prettier-ignore

/** SQLite's functions that queries on an index need. */
const functions: readonly (readonly [name: string, about: string])[] = [
  ['count', 'count(*): number of rows'],
  ['sum', 'sum(x): sum of the values'],
  ['min', 'smallest value'],
  ['max', 'largest value'],
  ['avg', 'average of the values'],
  ['total', 'sum as floating point, 0.0 without rows'],
  ['group_concat', 'group_concat(x, separator): the values joined into one text'],
  ['printf', "printf('%x', address): formatted; %x writes hexadecimal digits"],
  ['round', 'round(x, digits)'],
  ['abs', 'absolute value'],
  ['coalesce', 'first value that is not NULL'],
  ['iif', 'iif(condition, then, else)'],
  ['substr', 'substr(text, start, length)'],
  ['instr', 'instr(text, part): position of a part, 0 if absent'],
  ['lower', 'text in lower case'],
  ['upper', 'text in upper case'],
  ['hex', 'bytes as hexadecimal digits'],
  ['length', 'characters of a text, bytes of a blob'],
  ['lag', 'lag(x) OVER (ORDER BY y): value of the previous row'],
  ['row_number', 'row_number() OVER (ORDER BY y)'],
];

const ofTable = (table: SqlTableJson): SqlSuggestion => {
  const call = table.parameters.length > 0;
  return {
    label: call ? `${table.name}(${table.parameters.join(', ')})` : table.name,
    kind: table.kind,
    insert: call ? `${table.name}(` : table.name,
    detail: call ? 'pages by number' : table.stable ? 'table' : 'table, may change',
    about: table.about,
  };
};
const columnsOf = (table: SqlTableJson): SqlSuggestion[] =>
  table.columns.map(({ name, type, about }) => ({
    label: name,
    kind: 'column',
    insert: name,
    detail: `${table.name}${type === '' ? '' : `, ${type.split(' ')[0] ?? ''}`}`,
    about,
  }));

/** Tables that a query names, by the name or alias that can qualify their columns. */
function namedTables(query: string, tables: readonly SqlTableJson[]): ReadonlyMap<string, SqlTableJson> {
  const named = new Map<string, SqlTableJson>();
  const pattern = /\b(?:from|join|,)\s*([a-z_]+)(?:\s*\([^)]*\))?(?:\s+(?:as\s+)?([a-z_]\w*))?/gi;
  const reserved = /^(where|on|join|left|inner|cross|group|order|limit|union|natural|using|having)$/i;
  for (const [, name = '', alias] of query.matchAll(pattern)) {
    const table = tables.find((one) => one.name === name.toLowerCase());
    if (table === undefined) continue;
    named.set(table.name, table);
    if (alias !== undefined && !reserved.test(alias)) named.set(alias.toLowerCase(), table);
  }
  return named;
}

/**
 * @param before the query up to the cursor
 * @param query the whole query: tables are often named after the columns
 */
export function sqlSuggestions(before: string, query: string, tables: readonly SqlTableJson[]): readonly SqlSuggestion[] {
  const named = namedTables(query, tables);
  const owner = /([a-z_]\w*)\.\w*$/i.exec(before)?.[1]?.toLowerCase();
  if (owner !== undefined) {
    const table = named.get(owner) ?? tables.find(({ name }) => name === owner);
    return table === undefined ? [] : columnsOf(table);
  }
  if (/\b(from|join)\s+\w*$/i.test(before)) return tables.map(ofTable);
  const used = named.size === 0 ? tables.filter(({ stable }) => stable) : [...new Set(named.values())];
  const seen = new Set<string>();
  const columns = used.flatMap(columnsOf).filter(({ label }) => !seen.has(label) && seen.add(label).has(label));
  return [
    ...columns,
    ...tables.map(ofTable),
    ...functions.map(([name, about]): SqlSuggestion => ({ label: name, kind: 'function', insert: `${name}(`, detail: 'SQLite', about })),
    ...keywords.map((word): SqlSuggestion => ({ label: word, kind: 'keyword', insert: word, detail: '', about: '' })),
  ];
}
