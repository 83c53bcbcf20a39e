/**
 * Reports as PDF, printed by the desktop program: every page has the size of its paper, its margins contain only header and page number, text follows
 * the order of the sections, bookmarks lead to them, and no number is broken.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startXvfb } from '../../scripts/display.mjs';
import { reportSections } from '../../src/analysis/report/sections/index.ts';
import { bundledSamples } from '../../src/samples/bundled.ts';
import { buildCase } from '../../src/samples/case-text.ts';
import { runCliProcess } from '../cli-process.ts';
import { dumpFile, haveDump } from '../dumps.ts';
import { manyLoads } from '../perf/many-loads.ts';
import { describeNeeding } from '../requirements.ts';
import { scratchFolder } from '../scratch-folder.ts';
import { pdfBookmarks, pdfFacts, pdfPages, pdfPicture, pdfText } from './pdf-pages.ts';

const folder = scratchFolder();
const write = (name: string, bytes: Uint8Array): string => {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
};
const sample = (name: string): string => write(name, bundledSamples().find((one) => one.name === name)?.bytes ?? new Uint8Array());

const millimetre = 72 / 25.4;
/** From the style sheet (src/analysis/report/html-style.ts), in points. */
const margins = { left: 19 * millimetre, right: 17 * millimetre, top: 20 * millimetre, bottom: 19 * millimetre };
/** Letters extend beyond their box. */
const slack = 1.5;
const papers = { a4: [595, 842], letter: [612, 792] } as const;

let display: Awaited<ReturnType<typeof startXvfb>>;

async function printed(name: string, ...words: readonly string[]): Promise<string> {
  const path = join(folder, `${name}.pdf`);
  const { code, err } = await runCliProcess(['report', ...words, '--quick', '--format', 'pdf', '-o', path], { env: { ...process.env, ...display.env } });
  expect({ code, err }).toEqual({ code: 0, err: `wrote ${path}\n` });
  return path;
}

function expectWellPrinted(path: string, [width, height]: readonly [number, number]): void {
  const pages = pdfPages(path);
  expect(pages.length).toBeGreaterThan(1);
  for (const [at, page] of pages.entries()) {
    const where = `page ${at + 1} of ${path}`;
    expect(Math.abs(page.width - width), where).toBeLessThan(2);
    expect(Math.abs(page.height - height), where).toBeLessThan(2);
    const body = page.words.filter(({ top, bottom }) => top > margins.top - slack && bottom < page.height - margins.bottom + slack);
    expect(body.length, where).toBeGreaterThan(3);
    const wrong = page.words.filter(({ left, right }) => left < margins.left - slack || right > page.width - margins.right + slack);
    expect(wrong, where).toEqual([]);
    const outside = page.words.filter((word) => !body.includes(word)).map(({ text }) => text);
    expect(outside.slice(-3).join(' '), where).toBe(`${at + 1} / ${pages.length}`);
    expectBlankEdges(path, at + 1);
  }
}

/** Drawings also stay within the text's width: the outer 15 mm on both sides have no ink, and the page has some. */
function expectBlankEdges(path: string, page: number): void {
  const dpi = 40;
  const { width, height, pixels } = pdfPicture(path, page, dpi);
  const edge = Math.floor((15 / 25.4) * dpi);
  let [inEdges, inside] = [0, 0];
  for (let y = 0; y < height; y += 1)
    for (let x = 0; x < width; x += 1)
      if ((pixels[y * width + x] ?? 255) < 250) {
        if (x < edge || x >= width - edge) inEdges += 1;
        else inside += 1;
      }
  expect(inEdges, `ink at the edges of page ${page}`).toBe(0);
  expect(inside).toBeGreaterThan(50);
}

/** Section titles of a document, in order. */
function expectOrder(text: string, titles: readonly string[]): void {
  let from = 0;
  for (const title of titles) {
    const place = text.indexOf(title, from);
    expect(place, `${title} after character ${from}`).toBeGreaterThan(-1);
    from = place;
  }
}

describeNeeding(['window', 'poppler'], 'a report as PDF', () => {
  beforeAll(async () => {
    display = await startXvfb();
  });
  afterAll(() => display.stop());

  it('of a healthy dump: on A4 and Letter, titled, tagged, with embedded fonts, the same bytes each time', async () => {
    const dump = sample('sample-healthy.vmcore');
    const [path, again, letter] = [await printed('healthy', dump), await printed('again', dump), await printed('letter', dump, '--paper', 'letter')];
    expectWellPrinted(path, papers.a4);
    expectWellPrinted(letter, papers.letter);
    expect(Buffer.compare(readFileSync(path), readFileSync(again))).toBe(0);
    const facts = pdfFacts(path);
    expect(facts.get('Title')).toBe('Crash dump report: sample-healthy.vmcore');
    expect(facts.get('Tagged')).toBe('yes');
    expect(facts.get('CreationDate')).toMatch(/1970/);
    expect(readFileSync(path, 'latin1')).toMatch(/\+IBMPlexSans-Regular/);
  });

  it('of a damaged dump: failed checks come before passed ones, bookmarks lead to both, numbers are not broken', async () => {
    const path = await printed('damaged', sample('sample-damaged.s390'));
    expectWellPrinted(path, papers.a4);
    const text = pdfText(path);
    const bookmarks = pdfBookmarks(path);
    const titles = reportSections.map(({ title }) => title).filter((title) => bookmarks.includes(title));
    expect(titles).toEqual(
      expect.arrayContaining(['Failed and doubtful checks', 'Damage map', 'The end of the kernel log', 'Other checks', 'Appendix: all facts']),
    );
    expect(bookmarks.filter((title) => titles.includes(title))).toEqual(titles);
    // The table of contents comes first, then the sections.
    expectOrder(text.slice(text.indexOf('Appendix: all facts') + 1), titles);
    const words = new Set(pdfPages(path).flatMap((page) => page.words.map((word) => word.text.replaceAll(/[,;.()]+$/g, ''))));
    const { out } = await runCliProcess(['report', join(folder, 'sample-damaged.s390'), '--quick', '--format', 'json']);
    const report = JSON.parse(out) as { identity: string; cpus: { prefix?: string }[]; damage: { where: { start?: string; end?: string } }[] };
    for (const { prefix } of report.cpus) if (prefix !== undefined) expect(words).toContain(prefix);
    for (const { where } of report.damage) if (where.start !== undefined) expect(words).toContain(`absolute:${where.start}-${where.end ?? ''}`);
    expect(
      pdfPages(path).some(({ words: own }) =>
        own
          .map((word) => word.text)
          .join('')
          .includes(report.identity),
      ),
    ).toBe(true);
  });

  it('of a dump in fifty thousand segments: no longer than others', async () => {
    const path = await printed('huge', write('huge.vmcore', manyLoads(50_000)));
    expectWellPrinted(path, papers.a4);
    expect(pdfPages(path).length).toBeLessThan(30);
  });

  it.skipIf(!haveDump('c-null-kthread.kdump'))('of a filtered dump in hundreds of regions: a shortened table says by how much', async () => {
    const path = await printed('filtered', await dumpFile('c-null-kthread.kdump'));
    expectWellPrinted(path, papers.a4);
    expect(pdfText(path)).toMatch(/\d+ more are in the JSON report/);
  });

  it('with another dump: the differences come first', async () => {
    const system = 'system healthy state=running';
    const before = write('before.elf', buildCase(`${system}\nformat elf-vmcore producer=qemu`));
    const after = write('after.elf', buildCase(`${system}\nfill 0x302000 8192 7\nnote OTHER 1 01\nformat elf-vmcore producer=qemu`));
    const path = await printed('compared', before, '--with', after);
    expectWellPrinted(path, papers.a4);
    expect(pdfFacts(path).get('Title')).toBe('Comparison of before.elf with after.elf');
    const text = pdfText(path);
    const differences = text.indexOf('0x302000-0x304000');
    expect(differences).toBeGreaterThan(-1);
    expect(differences).toBeLessThan(text.lastIndexOf('Backtraces'));
  });

  it.skipIf(!haveDump('c-x86-null.kdump'))('of a crash on x86_64: the crashed CPU, its stack, and the log', async () => {
    const path = await printed('x86', await dumpFile('c-x86-null.kdump'));
    expectWellPrinted(path, papers.a4);
    const text = pdfText(path);
    expect(text).toMatch(/crashed\s+CPU \d+/);
    expect(text).toMatch(/BUG: kernel NULL pointer dereference/);
  });
});
