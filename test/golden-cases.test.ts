/**
 * Golden cases: `cases/NAME.dump` describes a dump in the language of src/samples/README.md, `cases/NAME.json` holds what we
 * say of it. The line `# golden: triage notes` names the answers that are kept. DUMPBENCH_UPDATE=1 writes them anew; look at
 * what changed before it is kept.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { answerKinds, caseAnswers } from './case-answers.ts';
import { compactJson } from './compact-json.ts';

const folder = join(dirname(fileURLToPath(import.meta.url)), 'cases');
const names = readdirSync(folder)
  .filter((name) => name.endsWith('.dump'))
  .map((name) => name.slice(0, -'.dump'.length));

describe('golden cases', () => {
  it.each(names)('%s', async (name) => {
    const text = readFileSync(join(folder, `${name}.dump`), 'utf8');
    expect(text, 'the first line says in a sentence what the case is about').toMatch(/^# .{10,}\n/);
    const answers = compactJson(await caseAnswers(`${name}.dump`, text));
    const path = join(folder, `${name}.json`);
    if (process.env.DUMPBENCH_UPDATE === '1') writeFileSync(path, answers);
    expect(existsSync(path), `${name}.json is missing: look at what DUMPBENCH_UPDATE=1 writes`).toBe(true);
    expect(answers).toBe(readFileSync(path, 'utf8'));
  });

  it('no expected answer is without its case', () => {
    const answers = readdirSync(folder).filter((name) => name.endsWith('.json'));
    expect(answers.filter((name) => !names.includes(name.slice(0, -'.json'.length)))).toEqual([]);
  });

  it('every kind of answer is kept by some case', () => {
    const kept = names.map((name) => readFileSync(join(folder, `${name}.json`), 'utf8')).join('');
    expect(answerKinds.filter((kind) => !kept.includes(`  "${kind}":`))).toEqual([]);
  });
});
