/** Registers of several CPUs side by side as rows of a table. */
import { valueText, type RegisterBlock, type RegisterCell } from './register-rows.ts';

export interface CompareRow {
  /** "General registers". */
  readonly block: string;
  /** The first row of its block, which shows the title. */
  readonly isFirst: boolean;
  readonly name: string;
  /** One for each CPU; undefined if it is not recorded. */
  readonly cells: readonly (RegisterCell | undefined)[];
  readonly differs: boolean;
  /** Instead of registers: where the state of each CPU comes from. */
  readonly isSource?: true;
}

const noNumber = (value: string): RegisterCell => ({ value });

/** @param count of CPUs. A block that is zero everywhere gets a single row. */
export function compareRows(blocks: readonly RegisterBlock[], count: number, onlyDifferences: boolean): readonly CompareRow[] {
  const source: CompareRow = {
    block: '',
    isFirst: true,
    name: 'source',
    cells: Array.from({ length: count }, () => undefined),
    differs: false,
    isSource: true,
  };
  const rows = blocks.flatMap(({ title, rows: all, isZero }): readonly CompareRow[] => {
    if (isZero)
      return onlyDifferences ? [] : [{ block: title, isFirst: true, name: 'all', cells: all[0]?.cells.map(() => noNumber('zero')) ?? [], differs: false }];
    const shown = onlyDifferences ? all.filter(({ differs }) => differs) : all;
    return shown.map((row, index) => ({ block: title, isFirst: index === 0, ...row }));
  });
  return [source, ...rows];
}

/** The text for copying and filtering: the value, then its meaning. */
export const cellText = (cell: RegisterCell | undefined): string =>
  cell === undefined ? 'not recorded' : [valueText(cell), cell.text].filter((part) => part !== undefined).join(' ');
