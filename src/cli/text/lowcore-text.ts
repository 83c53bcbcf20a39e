/** A lowcore as text: which layout and why, then its fields by who defines them. */
import { cpuName, numberingWords, type CpuNumbering } from '../../shared/cpu-registers.ts';
import type { LowcoreFieldJson, LowcoreJson } from '../../shared/structure-model.ts';
import { hex } from '../../shared/units.ts';
import { visibleLine } from '../../shared/visible-text.ts';
import { fieldAddress, noNames, type PlaceNames } from '../../shared/place-names.ts';
import type { Style } from './style.ts';
import { fieldLines } from './field-rows.ts';
import { columns } from './table.ts';

const groupTitles = { architected: 'Interruptions and PSWs', linux: 'Linux', 'save area': 'Stored status' } as const;

/** Values without information are left out unless requested. */
const isZero = ({ value }: LowcoreFieldJson): boolean => value === 0 || value === '0x0';

/** The field with the name of the place that it leads to after its meaning. */
function named(field: LowcoreFieldJson, names: PlaceNames): LowcoreFieldJson {
  const address = fieldAddress(field);
  const name = address === undefined ? undefined : names.get(hex(address));
  return name === undefined ? field : { ...field, text: field.text === undefined ? name : `${field.text}  ${name}` };
}

function lowcoreText(lowcore: LowcoreJson, numbering: CpuNumbering, style: Style, all: boolean, names: PlaceNames): string {
  const { layout } = lowcore;
  const { id } = lowcore;
  const name = `Lowcore ${id === undefined ? '' : `of ${cpuName({ ...lowcore, id }, numbering)} `}at ${lowcore.prefix}`;
  const proven = layout.proven === false ? ', not verified on a real dump' : '';
  const sure = `${Math.round(layout.confidence * 100)} %`;
  const word = layout.word === 'given' ? `as given, matches ${sure} of the tests` : `${layout.word ?? ''}, confidence ${sure}`;
  const lines = [style.strong(name), `  layout of Linux ${layout.name}: ${word}${style.dim(proven)}`];
  const mark = (passed: boolean | undefined): string => (passed === undefined ? style.dim('-') : passed ? style.ok('✓') : style.bad('✗'));
  lines.push(
    columns(
      (layout.tests ?? []).map((test) => [mark(test.passed), test.check, visibleLine(test.detail)]),
      '    ',
    ),
  );
  for (const [group, title] of Object.entries(groupTitles)) {
    const fields = lowcore.fields.filter((field) => field.group === group && (all || !isZero(field)));
    const zero = lowcore.fields.filter((field) => field.group === group && isZero(field)).length;
    if (fields.length === 0) continue;
    lines.push(
      style.strong(`  ${title}`) + style.dim(all || zero === 0 ? '' : `, ${zero} more fields are zero (--all shows them)`),
      fieldLines(
        fields.map((field) => named(field, names)),
        style,
        '(not in the dump)',
      ),
    );
  }
  return lines.join('\n');
}

export interface LowcoresAnswer {
  readonly cpus: readonly LowcoreJson[];
  readonly numbering: CpuNumbering;
}

/**
 * @param all fields that are zero too
 * @param names those of addresses that fields lead to
 */
export function lowcoresText({ cpus, numbering }: LowcoresAnswer, style: Style, all: boolean, names = noNames): string {
  const head = cpus.some(({ id }) => id !== undefined) ? `${style.dim(`numbers are ${numberingWords[numbering]}`)}\n\n` : '';
  return `${head}${cpus.map((one) => lowcoreText(one, numbering, style, all, names)).join('\n\n')}\n`;
}
