/** `report --format pdf`: printed by what is found, and the same bytes whenever it is printed. */
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fixedPdf } from '../../../src/files/fixed-pdf.ts';
import { withPrintFonts } from '../../../src/files/print-fonts.ts';
import { runInProcess } from '../../cli-in-process.ts';
import { runCliProcess } from '../../cli-process.ts';
import { scratchFolder } from '../../scratch-folder.ts';
import { commandFiles } from './command-files.ts';

const folder = scratchFolder();
const { healthy } = commandFiles(folder);

/** Without a display, and with these programs alone. */
const bare = (path: string): NodeJS.ProcessEnv => ({ ...process.env, PATH: path, DISPLAY: undefined, WAYLAND_DISPLAY: undefined });

/** A program that prints as Chromium does: it keeps the words that it was called with, and the page. */
function fakeBrowser(name: string): string {
  const place = join(folder, name);
  mkdirSync(place);
  const script = `#!${process.execPath}
const fs = require('node:fs');
const words = process.argv.slice(2);
const page = fs.readFileSync(new URL(words.at(-1)), 'utf8');
fs.writeFileSync(${JSON.stringify(join(place, 'seen.json'))}, JSON.stringify({ words, page }));
const pdf = words.find((word) => word.startsWith('--print-to-pdf=')).slice('--print-to-pdf='.length);
fs.writeFileSync(pdf, "%PDF-1.4\\n1 0 obj\\n<</Title (x)\\n/CreationDate (D:20261130102938+00'00')\\n/ModDate (D:20261130102938+00'00')>>\\nendobj\\n");
`;
  writeFileSync(join(place, 'chromium'), script);
  chmodSync(join(place, 'chromium'), 0o755);
  return place;
}

describe('report --format pdf', () => {
  it('needs a file, and a paper that there is', async () => {
    expect(await runInProcess(['report', healthy, '--quick', '--format', 'pdf'])).toMatchObject({
      code: 2,
      err: expect.stringContaining('name it by -o') as string,
    });
    const named = join(folder, 'named.pdf');
    expect(await runInProcess(['report', healthy, '--quick', '-o', named])).toMatchObject({
      code: 2,
      err: expect.stringContaining('give --format pdf, or another name') as string,
    });
    expect(existsSync(named)).toBe(false);
    const wrong = await runInProcess(['report', healthy, '--quick', '--paper', 'a5']);
    expect(wrong).toMatchObject({ code: 2, err: expect.stringContaining('a4 or letter') as string });
  });

  it.skipIf(process.platform !== 'linux')('names both ways where neither is there, and leaves nothing', async () => {
    const target = join(folder, 'never.pdf');
    const { code, err } = await runCliProcess(['report', healthy, '--quick', '--format', 'pdf', '-o', target], { env: bare(folder) });
    expect(code).toBe(2);
    expect(err).toMatch(/The desktop program: .+\. A browser: no Chromium, Chrome or Edge was found in PATH\./);
    expect(existsSync(target)).toBe(false);
  });

  it.skipIf(process.platform !== 'linux')('prints through a browser without a profile, a network, or a date', async () => {
    const place = fakeBrowser('browser');
    const target = join(folder, 'printed.pdf');
    const { code, err } = await runCliProcess(['report', healthy, '--quick', '--format', 'pdf', '--paper', 'letter', '-o', target], { env: bare(place) });
    expect({ code, err }).toEqual({ code: 0, err: `wrote ${target}\n` });
    expect(readFileSync(target, 'latin1')).toContain("/CreationDate (D:19700101000000+00'00')");
    const { words, page } = JSON.parse(readFileSync(join(place, 'seen.json'), 'utf8')) as { words: readonly string[]; page: string };
    expect(words).toEqual(expect.arrayContaining(['--headless', '--host-resolver-rules=MAP * ~NOTFOUND', '--generate-pdf-document-outline']));
    expect(page).toContain('@page{size:letter');
    // Where what was known of the dump lay while it was printed there is nothing any more.
    expect(existsSync(new URL(words.at(-1) ?? ''))).toBe(false);
  });
});

describe('a printed page', () => {
  const pdf = (date: string, node: number): Uint8Array =>
    Buffer.from(`%PDF-1.4\n/CreationDate (D:${date}+00'00')\n/ID (node${String(node).padStart(8, '0')})\n/ID (node${String(node + 5).padStart(8, '0')})\n`);

  it('has no date and no numbers of the process that printed it, and each offset where it was', () => {
    const [one, other] = [pdf('20261130102938', 7), pdf('20270101000000', 16)];
    expect(Buffer.compare(fixedPdf(one), fixedPdf(other))).toBe(0);
    expect(fixedPdf(one).length).toBe(one.length);
    expect(Buffer.from(fixedPdf(one)).toString()).toContain('(node00000001)\n/ID (node00000002)');
    // What is not of the moment stays.
    expect(Buffer.compare(fixedPdf(one), fixedPdf(Buffer.concat([one, Buffer.from('x')])))).not.toBe(0);
  });

  it('has its fonts inside, and its policy allows those alone', async () => {
    const { out } = await runInProcess(['report', healthy, '--quick', '--sections', 'case']);
    const page = withPrintFonts(
      out,
      ['sans', 'mono'].map((name) => `node_modules/@fontsource/ibm-plex-${name}/files`),
    );
    expect(page.match(/@font-face\{font-family:"IBM Plex (?:Sans|Mono)";font-weight:\d{3};src:url\(data:font\/woff2;base64,/g)).toHaveLength(5);
    expect(page).toContain(`content="default-src 'none'; style-src 'unsafe-inline'; font-src data:"`);
    expect(withPrintFonts(out, [])).toBe(out);
  });
});
