/** Reports of real crashes, redacted by all rules: what guests say of themselves is not in them, and the verdict still is. */
import { describe, expect, it } from 'vitest';
import { reportFormats } from '../../src/analysis/report/index.ts';
import { reportSchema } from '../../src/shared/report-document.ts';
import { runInProcess } from '../cli-in-process.ts';
import { crashDumps, dumpFile, orNone } from '../dumps.ts';
import { sample } from '../run-size.ts';
import { wrongBySchema } from '../unit/published-schemas.ts';

interface Whole {
  readonly verdict: { readonly class: string };
  readonly log: { readonly records?: readonly { readonly text: string }[] };
  readonly backtraces: { readonly traces?: readonly { readonly task?: { readonly comm: string } }[] };
}

describe('a redacted report of a crash', () => {
  it.skipIf(crashDumps.length === 0).each(sample(orNone(crashDumps), 2, 'redacted reports'))('$name', async ({ name }) => {
    const path = await dumpFile(name);
    const report = async (format: string, ...more: readonly string[]): Promise<string> =>
      (await runInProcess(['report', path, '--quick', '--format', format, ...more])).out;
    const [plain, facts] = [JSON.parse(await report('json')) as Whole, (await runInProcess(['kernel', path, '--json'])).out];
    const commandLine = (JSON.parse(facts) as { commandLine?: { value: string } }).commandLine?.value;
    const lines = (plain.log.records ?? []).map(({ text }) => text.trim()).filter((text) => text.length > 20);
    const tasks = JSON.parse((await runInProcess(['analyse', path, 'tasks', '--json'])).out) as { rows: { kind?: string; name?: string }[] };
    const users = tasks.rows.flatMap((row) => (row.kind === 'user' && (row.name ?? '').length > 3 ? [row.name ?? ''] : []));
    // A process may be called as a state of tasks is, which Dumpbench's own texts name.
    const states = /uninterruptible sleep|sleep uninterruptibly/g;
    const words = (text: string): ReadonlySet<string> => new Set(text.replaceAll(states, '').split(/[^\p{L}\p{N}_-]+/u));
    for (const { id } of reportFormats) {
      const text = await report(id, '--redact', 'all');
      expect(lines.filter((line) => text.includes(line)), id).toEqual([]); // prettier-ignore
      if (commandLine !== undefined) expect(text.includes(commandLine), id).toBe(false);
      expect(users.filter((user) => words(text).has(user)), id).toEqual([]); // prettier-ignore
    }
    const redacted = JSON.parse(await report('json', '--redact', 'all')) as Whole;
    expect([wrongBySchema(reportSchema, plain), wrongBySchema(reportSchema, redacted)]).toEqual([[], []]);
    expect(redacted.verdict.class).toBe(plain.verdict.class);
  });
});
