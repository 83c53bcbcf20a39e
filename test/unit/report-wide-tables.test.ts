/** Wide tables of the HTML report: no column lies outside of a page, and none is lost. */
import { describe, expect, it } from 'vitest';
import { mono, quoted, table } from '../../src/analysis/report/blocks.ts';
import { fittingColumns } from '../../src/analysis/report/fitting-columns.ts';
import { blockHtml } from '../../src/analysis/report/html-blocks.ts';
import { analysesSection } from '../../src/analysis/report/sections/analyses.ts';
import type { ReportAnalysis, ReportModel } from '../../src/analysis/report/report-model.ts';
import { analyses } from '../../src/analysis/kernel/analyses/catalogue.ts';
import type { Cell, ColumnJson } from '../../src/shared/analysis-table.ts';

/** As long as cells of real dumps are. */
const longCells: Readonly<Record<ColumnJson['type'], Cell>> = {
  address: '0x3ffffe02700', hex: '0x00000000', count: 1_234_567, bytes: 234_881_024, size: 65_536, duration: 65.397021038, time: '2026-11-28T22:15:17.000000Z',
  pid: 104_857, cpu: 1023, symbol: 'order_ledger_mutex+0x123 [orderflow]', text: '__schedule < schedule < schedule_preempt_disabled < __mutex_lock', flag: true,
}; // prettier-ignore

const filled = ({ table: { id, title, about, columns } }: (typeof analyses)[number]): ReportAnalysis => {
  const row = Object.fromEntries(columns.map(({ name, type }) => [name, longCells[type]]));
  return { id, title, about, columns, rows: [row, row], missing: [], complete: true };
};

const texts = (html: string): string => html.replaceAll(/<[^>]*>/g, ' ').replaceAll('&lt;', '<');

describe('a table of a report', () => {
  it.each(analyses.map((one) => [one.table.id, one] as const))('of the analysis %s has all of its columns within the page', (_, analysis) => {
    const blocks = analysesSection.content({ analyses: [filled(analysis)] } as unknown as ReportModel);
    const [block] = blocks.flatMap((one) => (one.kind === 'table' ? [one] : []));
    if (block === undefined) throw new Error('no table');
    const { upper, lower } = fittingColumns(block.columns, block.rows);
    expect([...upper, ...lower]).toEqual(block.columns.map((_column, at) => at));
    // What is next to each other fits by itself, too.
    const head = upper.flatMap((at) => block.columns[at] ?? []);
    expect(fittingColumns(head, block.rows.map((row) => upper.map((at) => row[at] ?? ''))).lower).toEqual([]); // prettier-ignore
    const html = blockHtml(block, []);
    expect([...html.matchAll(/<th /g)]).toHaveLength(upper.length);
    for (const { title } of block.columns) expect(texts(html)).toContain(title);
  });

  it('of many columns has the last ones below their row, with their names, and a row without them alone', () => {
    const names = Array.from({ length: 16 }, (_, at) => `column${at}`);
    const wide = table(
      [...names.map((name) => [name, 'mono'] as const), ['stack', 'text']],
      [
        [...names.map((name) => mono(`${name}-0123456789abcdef`)), quoted('start_kernel < startup_continue & <more>')],
        [mono('alone'), ...names.slice(1).map(() => ''), ''],
      ],
    );
    const html = blockHtml(wide, []);
    const heads = [...html.matchAll(/<th [^>]*>([^<]*)</g)].map(([, name]) => name);
    expect(heads).toEqual(names.slice(0, heads.length));
    expect(heads.length).toBeLessThan(8);
    expect(html).toContain(`<tr class="lower"><td colspan="${heads.length}">`);
    expect(html).toContain('<b>stack</b> start_kernel &lt; startup_continue &amp; &lt;more&gt;');
    expect([...html.matchAll(/<tr class="lower">/g)]).toHaveLength(1);
    expect(html).toMatch(/<tr><td class="mono"><code>alone<\/code>/);
  });

  it('that fits is left as it is', () => {
    const html = blockHtml(table([['Rule', 'text'], ['Values', 'number']], [[quoted('IPv4 addresses'), '3']]), []); // prettier-ignore
    expect(html).not.toMatch(/lower|upper|wide/);
  });
});
