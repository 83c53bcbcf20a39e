/** Copies and saves rows of a table, within limits that are reported. */
import { append } from '../../../shared/append.ts';
import { useWorkbench } from '../../workbench.ts';
import { plural } from '../../words/numbers.ts';
import { usePane } from '../pane.ts';
import { selectedCount, type RowRange, type Selection } from './row-selection.ts';
import { csvHead, csvRow, rowsAsJson, rowsAsMarkdown, tabbedLine, type PlacedRow } from './row-text.ts';
import type { ShownRows } from './shown-rows.ts';
import type { DataColumn } from './table-parts.ts';

/** More than this belongs in a file rather than on the clipboard. */
export const mostCopiedRows = 10_000;
/** The limit of the shell, with some margin. */
const mostCopied = (4 << 20) - 1000;
const mostSaved = (64 << 20) - 1000;

export type CopyForm = 'tsv' | 'json' | 'markdown';

export interface RowExports {
  readonly copy: (selection: Selection, form: CopyForm) => void;
  readonly copyText: (text: string) => void;
  readonly save: (ranges: readonly RowRange[]) => void;
}

interface Exported<Row> {
  readonly name: string;
  readonly columns: readonly DataColumn<Row>[];
  readonly shown: ShownRows<Row>;
  readonly line: ((row: Row) => string) | undefined;
}

async function allOf<Row>(shown: ShownRows<Row>, ranges: readonly RowRange[]): Promise<readonly PlacedRow<Row>[]> {
  const rows: PlacedRow<Row>[] = [];
  for await (const piece of shown.read(ranges)) append(rows, piece);
  return rows;
}

interface Csv {
  readonly text: string;
  readonly rows: number;
}

/** Lines of CSV, up to the maximum size of a file. */
async function csvOf<Row>({ columns, shown }: Exported<Row>, ranges: readonly RowRange[], most: number): Promise<Csv> {
  const lines = [csvHead(columns)];
  let characters = lines[0]?.length ?? 0;
  let rows = 0;
  for await (const piece of shown.read(ranges))
    for (const row of piece) {
      const line = csvRow(columns, row);
      if (characters + line.length > most) return { text: lines.join(''), rows };
      lines.push(line);
      characters += line.length;
      rows += 1;
    }
  return { text: lines.join(''), rows };
}

export function useRowExports<Row>(exported: Exported<Row>): RowExports {
  const { shell, tell, dumps } = useWorkbench();
  const dump = usePane()?.dump;
  const { name, columns, shown, line } = exported;
  const copyText = (text: string): void => void shell.call('copyText', { text }).catch(tell);
  const copyRows = async (selection: Selection, form: CopyForm): Promise<void> => {
    const count = selectedCount(selection);
    if (count > mostCopiedRows)
      throw new Error(`${plural(count, 'row')} are selected: at most ${plural(mostCopiedRows, 'row')} can be copied at once. Save them as CSV instead.`);
    const rows = await allOf(shown, selection.ranges);
    const texts = {
      tsv: () => rows.map((row) => (line === undefined ? tabbedLine(columns, row) : `${line(row[0])}\n`)).join(''),
      json: () => rowsAsJson(columns, rows),
      markdown: () => rowsAsMarkdown(columns, rows),
    };
    const text = texts[form]();
    if (text.length > mostCopied) throw new Error(`${plural(count, 'row')} have more text than can be copied at once. Save them as CSV instead.`);
    await shell.call('copyText', { text });
  };
  const saveRows = async (ranges: readonly RowRange[]): Promise<void> => {
    const wanted = ranges.reduce((sum, [first, last]) => sum + last - first + 1, 0);
    const { text, rows } = await csvOf(exported, ranges, mostSaved);
    const owner = dump === undefined ? undefined : dumps.find(dump)?.name;
    const suggestedName = `${owner === undefined ? '' : `${owner.slice(0, 200)}.`}${name}.csv`;
    const { path } = await shell.call('saveText', { kind: 'rows', suggestedName, text, title: 'Save rows as CSV' });
    if (path !== undefined && rows < wanted)
      tell(new Error(`The first ${plural(rows, 'row')} of ${plural(wanted, 'row')} were saved to ${path}: no more fit into one file`));
  };
  return {
    copyText,
    copy: (selection, form) => void copyRows(selection, form).catch(tell),
    save: (ranges) => void saveRows(ranges).catch(tell),
  };
}
