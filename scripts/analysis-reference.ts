/**
 * The reference page of the analyses, written from their declarations: `node scripts/analysis-reference.ts` (Node 24) writes
 * resources/reference/analyses.md; a test keeps it current.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { argv } from 'node:process';
import { fileURLToPath } from 'node:url';
import type { Analysis } from '../src/analysis/kernel/analyses/analysis.ts';
import { analyses } from '../src/analysis/kernel/analyses/catalogue.ts';
import { sqlNameOf, sqlParametersOf } from '../src/analysis/kernel/analyses/sql-name.ts';
import type { AnalysisTable, ColumnType } from '../src/shared/analysis-table.ts';

export const analysisReferencePath = fileURLToPath(new URL('../resources/reference/analyses.md', import.meta.url));

const typeWords: Readonly<Record<ColumnType, string>> = {
  address: 'address, `"0x..."`, virtual of the kernel unless the column names another space; in SQL absolute ones are integers',
  hex: 'bytes in the order of memory, or flags, `"0x..."`',
  count: 'number; beyond 2^53 a string of digits',
  bytes: 'amount of memory in bytes, as `count`',
  size: 'extent of one thing in bytes, as `count`',
  duration: 'seconds',
  time: 'ISO 8601, UTC',
  pid: 'number',
  cpu: 'number by which `cpus` names it',
  symbol: '`name+0x1a [module]`; an address where no symbol is known',
  text: 'text',
  flag: 'true or false; in SQL 1 or 0',
};

const cell = (text: string): string => text.replaceAll('|', '\\|');
const list = (names: readonly string[]): string => names.map((name) => `\`${name}\``).join(', ');

function command({ id, parameters }: AnalysisTable): string {
  const options = parameters.map(({ name, type, required }) => (required === true ? ` --${name} ${type.toUpperCase()}` : ` [--${name} ${type.toUpperCase()}]`));
  return `dumpbench analyse FILE ${id}${options.join('')}`;
}

/** How rows of two dumps belong together, and what counts. */
function comparison({ comparing }: AnalysisTable): string {
  const { elsewhere, weight, first, passing, sums } = comparing ?? {};
  const parts = [
    ...(elsewhere === undefined
      ? []
      : [`by ${elsewhere.map((names) => names.map((name) => `\`${name}\``).join(' and ')).join(', else by ')} after another start`]),
    ...(first === undefined ? [] : [`\`${first.column}\` ${first.values.join(', ')} first`]),
    ...(weight === undefined ? [] : [`by the growth of \`${weight}\``]),
    ...(passing === undefined ? [] : [`${list(passing)} alone count as little as addresses`]),
    ...(sums === undefined ? [] : [`${list(sums)} summed`]),
  ];
  return parts.length === 0 ? '' : ` Compared ${parts.join('; ')}.`;
}

function section({ table }: Analysis): string {
  const { title, about, needs, uses, parameters, columns, key, grouping } = table;
  const rows = columns.map((one) => `| \`${one.name}\` | ${one.type}${one.space === undefined ? '' : `, ${one.space}`} | ${cell(one.about)} |`);
  const asked = parameters.map(
    ({ name, type, about: words, required, choices }) =>
      `- \`${name}\` (${type}${required === true ? ', required' : ''}): ${words}${choices === undefined ? '' : `: ${choices.join(', ')}`}`,
  );
  return [
    `## \`${table.id}\`: ${title}`,
    '',
    about,
    '',
    '```',
    command(table),
    `SELECT * FROM ${sqlNameOf(table)}(${sqlParametersOf(table).join(', ')})`,
    '```',
    '',
    ...(asked.length === 0 ? [] : [...asked, '']),
    `Needs ${needs.length === 0 ? 'nothing' : needs.join(', ')}${uses.length === 0 ? '' : `; uses ${uses.join(', ')} where they are known`}. Key: ${list(key)}.${
      grouping === undefined ? '' : ` Grouped by ${list(grouping)}.`
    }${comparison(table)}`,
    '',
    '| column | type | meaning |',
    '|---|---|---|',
    ...rows,
    '',
  ].join('\n');
}

export function analysisReferencePage(): string {
  return [
    '<!-- Written by scripts/analysis-reference.ts from src/analysis/kernel/analyses. -->',
    '',
    '# Analyses',
    '',
    'Tables of what the kernel was doing. Each says only what memory proves: a cell that is not known is left out, and what could not be read is in',
    '`missing`, with the reason and the place. `complete` is false then, and the command says so on standard error.',
    '',
    'In SQL a parameter is an argument in this order, or a hidden column: `SELECT * FROM analysis_mappings WHERE pid = 1`. One that has the name of a',
    'column is asked for as `wanted_...`. An analysis that could read only a part adds a warning to the answer. Two dumps are compared row by row: rows',
    'belong together when their keys are the same, or after another start of the system those columns that stay the same. What is new, gone, or has grown comes',
    'first, by the growth of the first amount of memory unless another weight is named.',
    '',
    '| type | what a cell is |',
    '|---|---|',
    ...Object.entries(typeWords).map(([type, words]) => `| ${type} | ${words} |`),
    '',
    ...analyses.map(section),
  ].join('\n');
}

if (argv[1] === fileURLToPath(import.meta.url)) {
  mkdirSync(dirname(analysisReferencePath), { recursive: true });
  writeFileSync(analysisReferencePath, analysisReferencePage());
}
