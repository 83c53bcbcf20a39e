/** The recipe docs/recipes/add-an-analysis.md followed to its end: one file and its line in the registry. */
import type { CopiedRepository } from './copied-repository.ts';

const source = `/** Words of the kernel's log, counted. */
import { bytes, count, defineAnalysis, flag, optional, text } from './analysis.ts';

export const logWords = defineAnalysis({
  id: 'log-words',
  title: 'Words of the log',
  about: 'Words that are in the kernel log, each with how often.',
  needs: ['log'],
  parameters: { 'at-least': optional('count', 'only words that come at least so often') },
  columns: {
    word: text('in small letters'),
    times: count('how often it comes'),
    letters: bytes('what all of them take'),
    grave: flag('it is in a line that tells of a panic'),
  },
  key: ['word'],
  grouping: ['grave'],
  *run({ kernel }, parameters) {
    const found = kernel.log;
    if ('missing' in found) return;
    const words = new Map<string, { times: number; grave: boolean }>();
    for (const record of found.value.records)
      for (const word of record.text.toLowerCase().match(/[a-z]+/g) ?? []) {
        const known = words.get(word) ?? { times: 0, grave: false };
        words.set(word, { times: known.times + 1, grave: known.grave || record.text.includes('panic') });
      }
    for (const [word, { times, grave }] of words)
      if (times >= (parameters['at-least'] ?? 1)) yield { row: { word, times, letters: word.length * times, grave } };
    if (words.has('panic')) yield { missing: { what: 'words after the panic', why: 'nobody wrote them' } };
  },
});
`;

/** Its id, and the title that doors show. */
export const toyAnalysis = { id: 'log-words', title: 'Words of the log' } as const;

export function addToyAnalysis(copy: CopiedRepository): void {
  const registry = 'src/analysis/kernel/analyses/index.ts';
  copy.add('src/analysis/kernel/analyses/log-words.ts', source);
  const before = "export { log } from './log.ts';\n";
  copy.replace(registry, before, `${before}export { logWords } from './log-words.ts';\n`);
}
