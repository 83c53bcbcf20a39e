/** Fields of a structure as lines: numbered registers without their own meaning are shown four to a line. */
import type { FieldJson } from '../../shared/structure-model.ts';
import { visibleLine } from '../../shared/visible-text.ts';
import type { Style } from './style.ts';
import { columns } from './table.ts';

const perLine = 4;
const numbered = /^(.*)\[(\d+)\]$/;

const offsetText = (offset: number): string => `0x${offset.toString(16).padStart(4, '0')}`;

/** A PSW's text contains both its words: its 128-bit number adds nothing. */
const isWide = (field: FieldJson): boolean => field.size === 16 && field.text?.startsWith('0x') === true;

function valueOf(field: FieldJson, absent: string): string {
  if (field.value === undefined) return absent;
  return isWide(field) ? visibleLine(field.text ?? '') : String(field.value);
}

/** Runs of fields that can share a line: the same name, consecutive numbers, no text next to them. */
function runs<T extends FieldJson>(fields: readonly T[]): readonly (readonly T[])[] {
  const found: T[][] = [];
  for (const field of fields) {
    const run = found.at(-1);
    const last = run?.at(-1);
    const [mine, before] = [numbered.exec(field.name), last === undefined ? null : numbered.exec(last.name)];
    const follows = mine !== null && before !== null && mine[1] === before[1] && Number(mine[2]) === Number(before[2]) + 1;
    const bare = field.text === undefined && last?.text === undefined && field.size <= 8;
    if (run !== undefined && run.length < perLine && follows && bare) run.push(field);
    else found.push([field]);
  }
  return found;
}

function nameOf(run: readonly FieldJson[]): string {
  const [first] = run;
  const last = run.at(-1);
  if (first === undefined || last === undefined || first === last) return visibleLine(first?.name ?? '');
  return visibleLine(`${first.name.slice(0, -1)}..${numbered.exec(last.name)?.[2] ?? ''}]`);
}

/** @param absent shown for a missing value */
export function fieldLines(fields: readonly FieldJson[], style: Style, absent: string): string {
  const widest = runs(fields)
    .flatMap((run) => (run.length > 1 ? run.map((field) => valueOf(field, absent).length) : []))
    .reduce((most, length) => Math.max(most, length), 0);
  return columns(
    runs(fields).map((run) => {
      const [first] = run;
      const values = run.map((field, index) => (index === run.length - 1 ? valueOf(field, absent) : valueOf(field, absent).padEnd(widest)));
      const text = first === undefined || run.length > 1 || isWide(first) ? '' : visibleLine(first.text ?? '');
      // Long values do not push the meaning out of sight: it follows them without alignment.
      const said = text === '' ? values.join('  ') : `${values.join('  ').padEnd(18)}  ${style.dim(text)}`;
      return [offsetText(first?.offset ?? 0), nameOf(run), said];
    }),
  );
}
