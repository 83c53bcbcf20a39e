/** A report that carries what a person wrote in the window. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openSession } from '../../../src/analysis/engine/session/session.ts';
import type { ReportModel } from '../../../src/analysis/report/report-model.ts';
import type { SavedSession } from '../../../src/shared/session-model.ts';
import { buildCase } from '../../../src/samples/case-text.ts';
import { runInProcess } from '../../cli-in-process.ts';
import { scratchFolder } from '../../scratch-folder.ts';
import { commandFiles } from './command-files.ts';

const folder = scratchFolder();
const { damaged, healthy } = commandFiles(folder);
const report = (file: string, ...options: string[]) => runInProcess(['report', file, '--quick', '--format', 'json', ...options]);
/** Equal headers, no notes: all that differs is in memory. */
const [one, other] = [1, 2].map((seed) => {
  const path = join(folder, `alike-${seed}.elf`);
  writeFileSync(path, buildCase(`arch x86_64\nmemory 2 MiB\nlines 0x10000 65536\nrandom 0x100000 0x100000 seed=${seed}\nformat elf-vmcore producer=qemu`));
  return path;
}) as [string, string];
const namesOf = (path: string): { identity: string; dumpKey: string } => {
  const session = openSession(path);
  try {
    return { identity: session.identity, dumpKey: session.dumpKey };
  } finally {
    session.close();
  }
};
const identityOf = async (file: string): Promise<string> => (JSON.parse((await report(file)).out) as ReportModel).identity;

let count = 0;
function write(session: Partial<SavedSession> | string): string {
  const whole =
    typeof session === 'string' ? session : JSON.stringify({ schema: 1, dumps: [], cursors: [], bookmarks: [], annotations: [], ignoreRules: [], ...session });
  const path = join(folder, `${count++}.dumpbench.json`);
  writeFileSync(path, whole);
  return path;
}
const note = (dump: number, start: string, end: string, text: string): SavedSession['annotations'][number] => ({
  dump,
  space: 'absolute',
  start,
  end,
  text,
  colour: 'red',
});

describe('report --session', () => {
  it('uses the annotations on the dump of this identity, wherever it was, in the order of their addresses', async () => {
    const session = write({
      dumps: [
        { identity: await identityOf(healthy), pathHint: damaged },
        { identity: await identityOf(damaged), pathHint: '/elsewhere' },
      ],
      annotations: [
        note(0, '0x0', '0x8', 'of the other'),
        note(1, '0x2000', '0x2010', 'late <b>'),
        note(1, '0x0010', '0x20', 'early'),
        note(1, '0x30', '0x30', 'nothing'),
      ],
    });
    const { code, out } = await report(damaged, '--session', session);
    expect(code).toBe(0);
    expect((JSON.parse(out) as ReportModel).annotations).toEqual([
      { space: 'absolute', start: '0x10', end: '0x20', text: 'early' },
      { space: 'absolute', start: '0x2000', end: '0x2010', text: 'late <b>' },
    ]);
    expect((await runInProcess(['report', damaged, '--quick', '--session', session])).out).toContain('late &lt;b&gt;');
  });

  it('leaves out what was written on a dump with equal headers and other memory, and warns where the session cannot tell', async () => {
    expect([namesOf(one).identity, namesOf(one).dumpKey === namesOf(other).dumpKey]).toEqual([namesOf(other).identity, false]);
    const annotations = [note(0, '0x0', '0x8', 'of one'), note(1, '0x0', '0x8', 'of the other')];
    const both = write({ dumps: [one, other].map((path) => ({ ...namesOf(path), pathHint: other })), annotations });
    const annotationsIn = (out: string) => (JSON.parse(out) as ReportModel).annotations?.map(({ text }) => text);
    for (const [path, words] of [
      [one, 'of one'],
      [other, 'of the other'],
    ] as const) {
      const { code, out, err } = await report(path, '--session', both);
      expect([code, annotationsIn(out)]).toEqual([0, [words]]);
      expect(err).toMatch(/1 annotation in .* left out: .*different memory/);
    }
    const { identity } = namesOf(one);
    const older = await report(other, '--session', write({ dumps: [{ identity, pathHint: one }], annotations: annotations.slice(0, 1) }));
    expect([older.code, annotationsIn(older.out)]).toEqual([0, ['of one']]);
    expect(older.err).toMatch(/has no dump key: 1 annotation may have been made on another dump/);
    const sure = await report(one, '--session', write({ dumps: [{ ...namesOf(one), pathHint: '/' }], annotations: annotations.slice(0, 1) }));
    expect([sure.code, annotationsIn(sure.out), sure.err]).toEqual([0, ['of one'], '']);
  });

  it('refuses a session about other dumps, and what is no session', async () => {
    const other = await report(damaged, '--session', write({ dumps: [{ identity: 'f'.repeat(64), pathHint: damaged }] }));
    expect(other.code).toBe(2);
    expect(other.err).toContain('is about other dumps');
    const broken = await report(damaged, '--session', write('{'));
    expect(broken.code).toBe(2);
    expect(broken.err).toContain('it is not JSON');
    expect((await report(damaged, '--session', join(folder, 'none.dumpbench.json'))).code).not.toBe(0);
  });
});
