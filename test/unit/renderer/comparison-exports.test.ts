/** The requests to the engine and the shell when a comparison is exported. */
import { expect, it } from 'vitest';
import { catalogue } from '../../../src/analysis/engine/catalogue.ts';
import { comparisonFormats, exportComparison, suggestedName } from '../../../src/renderer/state/comparison-exports.ts';

const compared = { left: 'h1', right: 'h2', exact: true, shift: 0x1000, rules: { schema: 1 as const, name: 'Mine', rules: [] } };

async function handedOn(id: string): Promise<readonly unknown[]> {
  const format = comparisonFormats(catalogue()).find((one) => one.id === id);
  if (format === undefined) throw new Error(`no format is called ${id}`);
  const calls: unknown[] = [];
  let work: Promise<string> | undefined;
  const call = (method: string, params: unknown): Promise<unknown> => {
    calls.push([method, params]);
    return Promise.resolve(method === 'report' ? { mediaType: '', text: 'the report' } : method === 'compare' ? { comparable: true } : { path: '/saved' });
  };
  exportComparison(
    {
      engine: { call },
      shell: { call },
      jobs: {
        run: (_request: unknown, run: (how: object) => Promise<string>) => {
          work = run({ signal: new AbortController().signal, onProgress: () => undefined });
          return 'job';
        },
      },
    } as unknown as Parameters<typeof exportComparison>[0],
    { compared, dump: 'a', leftName: 'vmcore (one)', rightName: 'vmcore (two)', format, analyses: ['tasks'] },
  );
  return [await work, ...calls];
}

it("alone it is the engine's answer, with the rules, shift and analyses that are shown", async () => {
  const [outcome, asked, saved] = await handedOn('comparison');
  expect(outcome).toBe('saved as /saved');
  expect(asked).toEqual(['compare', { ...compared, analyses: [{ id: 'tasks' }] }]);
  expect(saved).toMatchObject(['saveText', { kind: 'report', suggestedName: 'vmcore-one--to-vmcore-two-.compare.json', text: '{\n  "comparable": true\n}\n' }]);
});

it('as a report it is compared in the same way, and printed if requested', async () => {
  const [, asked, saved] = await handedOn('pdf');
  expect(asked).toMatchObject([
    'report',
    { dump: 'h1', with: 'h2', exact: true, shift: 0x1000, rules: compared.rules, format: 'html', analyses: [{ id: 'tasks' }] },
  ]);
  expect(saved).toMatchObject(['savePdf', { html: 'the report' }]);
  expect((await handedOn('markdown'))[1]).toMatchObject(['report', { format: 'markdown' }]);
});

it('is named after both dumps, whatever their names', () => {
  expect(suggestedName('a/b', 'x'.repeat(300), 'html')).toBe(`a-b-to-${'x'.repeat(100)}.compare.html`);
});
