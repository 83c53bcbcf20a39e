/** Documents with long lists, written as they come, are the text that one call would make; CPUs in pages are all CPUs. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { runCli } from '../../../src/cli/run.ts';
import { scratchFolder } from '../../scratch-folder.ts';
import { endBegunDocument, printJsonList } from '../../../src/cli/json-list.ts';
import { exitCodes, type CliIo } from '../../../src/cli/io.ts';
import { visibleJson } from '../../../src/shared/visible-text.ts';
import { describeCpus } from '../../../src/analysis/engine/machine/cpus.ts';
import { machineCpus } from '../../../src/analysis/engine/machine/machine-cpus.ts';
import { memorySource } from '../../../src/analysis/source/memory-source.ts';
import { manyNotes } from '../../perf/many-notes.ts';
import { sessionOn } from '../../../src/analysis/engine/session/session.ts';

const folder = scratchFolder();
const member = { text: 'a\n\u001b[31m\u202e"x"', list: [1, [2, { deep: [{}, [], null] }]], none: undefined, no: false };

function written(): { readonly io: CliIo; readonly text: () => string } {
  const texts: string[] = [];
  const io: CliIo = {
    out: (text) => texts.push(text),
    outBytes: () => undefined,
    err: () => undefined,
    isTerminal: false,
    errIsTerminal: false,
    columns: 80,
    signal: new AbortController().signal,
  };
  return { io, text: () => texts.join('') };
}

async function* pagesOf(...pages: readonly (readonly unknown[])[]): AsyncGenerator<readonly unknown[]> {
  for (const page of pages) yield await Promise.resolve(page);
}

it.each([
  ['nothing', [], {}],
  ['members alone', [member, 7], {}],
  ['members and more', [member], { total: 1, more: [member] }],
])('a list: %s', (_, members, rest) => {
  const { io, text } = written();
  const list = printJsonList(io, 1, 'rows');
  for (const one of members) list.add([one]);
  list.end(rest);
  expect(text()).toBe(`${visibleJson({ schema: 1, rows: members, ...rest })}\n`);
});

it.each([
  ['no dump', []],
  ['a dump without CPUs', [[]]],
  ['CPUs in pages', [[[member], [], [member, 3]]]],
  ['several dumps', [[[member]], [], [[1], [2]]]],
])('a list of objects with a list: %s', async (_, dumps: readonly (readonly (readonly unknown[])[])[]) => {
  const { io, text } = written();
  const list = printJsonList(io, 1, 'dumps');
  for (const pages of dumps) await list.addWithList({ info: member }, 'cpus', pagesOf(...pages));
  list.end({});
  expect(text()).toBe(`${visibleJson({ schema: 1, dumps: dumps.map((pages) => ({ info: member, cpus: pages.flat() })) })}\n`);
});

async function* failing(...pages: readonly (readonly unknown[])[]): AsyncGenerator<readonly unknown[]> {
  yield* pagesOf(...pages);
  throw new Error('the disk is gone');
}
const error = { kind: 'incomplete', message: 'the disk is gone' };

it.each([
  ['before its first member', []],
  ['after a page', [[member, 2]]],
])('an object whose list fails %s is closed with the error, and those after it follow', async (_, pages: readonly (readonly unknown[])[]) => {
  const { io, text } = written();
  const list = printJsonList(io, 1, 'dumps');
  await expect(list.addWithList({ info: member }, 'cpus', failing(...pages))).rejects.toThrow('the disk is gone');
  await list.addWithList({ info: 2 }, 'cpus', pagesOf([3]));
  list.end({});
  endBegunDocument(io, new Error('too late'));
  expect(text()).toBe(
    `${visibleJson({
      schema: 1,
      dumps: [
        { info: member, cpus: pages.flat(), error },
        { info: 2, cpus: [3] },
      ],
    })}\n`,
  );
});

it('a document that its command leaves in the middle is ended with the error; one that was not begun is none', () => {
  const { io, text } = written();
  const list = printJsonList(io, 1, 'rows');
  endBegunDocument(io, new Error('the disk is gone'));
  expect(text()).toBe('');
  list.add([member]);
  endBegunDocument(io, new Error('the disk is gone'));
  expect(text()).toBe(`${visibleJson({ schema: 1, rows: [member], error })}\n`);
});

it('where nothing can be written the first error stays the one', () => {
  const io: CliIo = {
    ...written().io,
    out: () => {
      throw new Error('no space left');
    },
  };
  expect(() => {
    printJsonList(io, 1, 'rows').add([1]);
  }).toThrow('no space left');
  expect(() => {
    endBegunDocument(io, new Error('no space left'));
  }).not.toThrow();
});

it.each(['cpus', 'notes', 'triage'])('%s of many CPUs that is interrupted after its first page is one document that says so', async (command) => {
  const path = join(folder, `${command}.elf`);
  writeFileSync(path, manyNotes(1000, { owner: 'CORE', type: 1, descBytes: 336 }));
  const interruption = new AbortController();
  const texts: string[] = [];
  const io: CliIo = {
    ...written().io,
    out(text) {
      texts.push(text);
      interruption.abort();
    },
    signal: interruption.signal,
  };
  expect(await runCli([command, path, '--json'], io)).toBe(exitCodes.interrupted);
  const document = JSON.parse(texts.join('')) as Record<string, unknown>;
  const [list] = Object.values(document).filter(Array.isArray) as unknown[][];
  const inner = (list?.[0] as { readonly cpus?: unknown[] } | undefined)?.cpus;
  expect(document.error).toMatchObject({ kind: 'interrupted' });
  expect((inner ?? list)?.length).toBeGreaterThan(0);
  expect((inner ?? list)?.length).toBeLessThan(1000);
});

it('CPUs in pages are all CPUs, each page a small one', () => {
  const session = sessionOn(memorySource('dump', manyNotes(1000, { owner: 'CORE', type: 1, descBytes: 336 })));
  const whole = describeCpus(session);
  expect(whole).toMatchObject({ cpus: { length: 1000 }, numbering: 'id' });
  expect(whole.next).toBeUndefined();
  for (const plain of [undefined, true] as const) {
    const pages = [];
    for (let start: number | undefined = 0; start !== undefined;) {
      const page = describeCpus(session, { start, plain });
      expect(page.cpus.length).toBeLessThanOrEqual(128);
      pages.push(page);
      start = page.next;
    }
    expect(pages.length).toBeGreaterThan(5);
    expect(pages.flatMap(({ cpus }) => cpus)).toEqual(plain === true ? machineCpus(session).cpus : whole.cpus);
    expect(new Set(pages.map(({ numbering }) => numbering))).toEqual(new Set(['id']));
  }
});
