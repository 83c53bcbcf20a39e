/** What was exported, as text. */
import { filterLevels, type ExportJson } from '../../shared/export-model.ts';
import { byteText, pageSize } from '../../shared/units.ts';
import type { Style } from './style.ts';
import { columns } from './table.ts';

const cpuText = ({ cpus, from }: ExportJson['notes']): string => {
  const where = { notes: 'the notes of the source', 'save-areas': 'where their status was stored', records: 'the records of the source' } as const;
  return `registers of ${cpus} ${cpus === 1 ? 'CPU' : 'CPUs'}${from === undefined ? '' : ` from ${where[from]}`}`;
};

function pageRows({ pages }: ExportJson): readonly (readonly [what: string, pages: number])[] {
  const { present, zero, excluded, missing, unreadable, encrypted, filtered } = pages;
  const lost = {
    'excluded in the source': excluded,
    'missing in the source': missing,
    'unreadable in the source': unreadable,
    'encrypted in the source': encrypted,
  };
  return [
    ['present', present],
    ['zero', zero],
    ...(filtered === undefined ? [] : filterLevels.map((level): [string, number] => [`left out: ${level}`, filtered[level]])),
    ...Object.entries(lost),
  ];
}

/** The lines to type, each with what it needs; what all of them need is listed once. */
function openLines({ openWith = [] }: ExportJson, style: Style): readonly string[] {
  const said = new Set<string>();
  return openWith.flatMap(({ command, needs }) => {
    const more = needs.filter((need) => !said.has(need));
    for (const need of more) said.add(need);
    return ['', command, ...more.map((need) => style.dim(`  - ${need}`))];
  });
}

/** Pages by outcome, notes, digests. */
export function exportText(answer: ExportJson, style: Style): string {
  const { path, format, compression, bytes, sha256, memoryRoot, memory, notes, view } = answer;
  const rows = pageRows(answer)
    .filter(([, count], at) => count > 0 || at < 2)
    .map(([what, count]) => [what, String(count), style.dim(byteText(count * pageSize))]);
  const root =
    memoryRoot === undefined
      ? []
      : [
          `memory root  ${memoryRoot.source}  ${[
            memoryRoot.whole ? (view === 'all' ? "the source's" : `of all pages of the view ${view}`) : 'of the pages that were exported',
            ...(memoryRoot.equal === true ? ['read again from the export and equal'] : []),
          ].join('; ')}`,
        ];
  const described = format === 'raw' ? [] : [cpuText(notes), notes.vmcoreinfo ? 'VMCOREINFO' : 'no VMCOREINFO'];
  const lines = [
    `${format}${compression === undefined ? '' : ` (${compression})`}${memory === undefined ? '' : `, memory ${memory.start}-${memory.end}`}`,
    columns(rows, '', [1]),
    ...(described.length === 0 ? [] : [described.join(', ')]),
    ...root,
    `SHA-256      ${sha256}`,
    `wrote ${path}, ${byteText(bytes)}`,
    ...openLines(answer, style),
  ];
  return `${lines.join('\n')}\n`;
}

/** What is not as requested, one line each, for standard error. */
export const missingLines = ({ missing }: ExportJson): string[] =>
  missing.map(
    ({ what, why, where }) =>
      `not exported as requested: ${what}${where === undefined || 'fileOffset' in where ? '' : ` at ${where.start}-${where.end}`}: ${why}`,
  );
