/** `report --template`: what a support centre adds, and that a wrong folder is named with its place. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runInProcess } from '../../cli-in-process.ts';
import { scratchFolder } from '../../scratch-folder.ts';
import { commandFiles } from './command-files.ts';

const folder = scratchFolder();
const { healthy } = commandFiles(folder);
let made = 0;

function templateFolder(document: unknown, files: Readonly<Record<string, string | Uint8Array>> = {}): string {
  const path = join(folder, `template-${made++}`);
  mkdirSync(path);
  writeFileSync(join(path, 'template.json'), typeof document === 'string' ? document : JSON.stringify(document));
  for (const [name, content] of Object.entries(files)) writeFileSync(join(path, name), content);
  return path;
}
const report = (template: string, ...options: string[]) => runInProcess(['report', healthy, '--quick', '--template', template, ...options]);

const drawing = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><defs><path id="a" d="M0 0h8v8z"/></defs><use href="#a"/></svg>';
const whole = {
  schema: 1,
  name: 'Centre <b>One</b>',
  logo: 'logo.svg',
  colours: { accent: '#123456', heading: '#abcdef' },
  contact: 'help@example.org',
  opening: ['Before <script>x</script>.'],
  closing: ['Behind.'],
};

describe('report --template', () => {
  it('adds logo, colours, contact and paragraphs, as texts', async () => {
    const { code, out } = await report(templateFolder(whole, { 'logo.svg': drawing }));
    expect(code).toBe(0);
    expect(out).toContain(`<img src="data:image/svg+xml;base64,${Buffer.from(drawing).toString('base64')}" alt="Centre &lt;b&gt;One&lt;/b&gt;">`);
    expect(out).toContain("content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:\"");
    for (const words of ['a{color:#123456}', 'h1,h2{color:#abcdef}', ' · help@example.org', '<p>Before &lt;script&gt;x&lt;/script&gt;.</p>'])
      expect(out).toContain(words);
    expect(out.indexOf('<p>Behind.</p>')).toBeGreaterThan(out.indexOf('id="appendix"'));
  });

  it('is in markdown too, and in no format for programs', async () => {
    const path = templateFolder(whole, { 'logo.svg': drawing });
    const { out } = await report(path, '--format', 'markdown');
    expect(out).toContain('Behind');
    expect(out).not.toContain('<script>');
    expect((await report(path, '--format', 'json')).out).toBe((await runInProcess(['report', healthy, '--quick', '--format', 'json'])).out);
  });

  it('is plain without one', async () => {
    const { out } = await runInProcess(['report', healthy, '--quick']);
    expect(out).not.toContain('letterhead">');
    expect(out).not.toContain('<img');
  });

  it.each([
    ['no JSON', '{', /template\.json is not JSON/],
    ['another schema', { schema: 2 }, /template\.json, at schema:/],
    ['a colour that is none', { schema: 1, colours: { accent: 'red;}' } }, /at colours\.accent: a colour is #/],
    ['a member that there is not', { schema: 1, footer: 'x' }, /at footer/],
    ['a logo elsewhere', { schema: 1, logo: '../logo.svg' }, /at logo: it names an \.svg or \.png file in the same folder/],
    ['two lines', { schema: 1, contact: 'a\nb' }, /at contact: it is one line/],
  ])('refuses %s and names the place', async (_, document, expected) => {
    const { code, err } = await report(templateFolder(document));
    expect(code).toBe(2);
    expect(err).toMatch(expected);
  });

  it.each([
    ['a script', '<svg><script>alert(1)</script></svg>', /a script/],
    ['a hidden address', '<svg><style>rect{fill:&#117;rl(http://example.org/b)}</style></svg>', /characters written as numbers/],
    ['an escaped address', '<svg><rect style="fill:u\\72l(http://example.org/a)"/></svg>', /characters written as numbers/],
    ['an event handler', '<svg onload="alert(1)"/>', /an event handler/],
    ['a file', '<svg><image href="http://example.org/x.png"/></svg>', /a reference to another file/],
    ['a document type', '<!DOCTYPE svg><svg/>', /a document type/],
    ['a style that loads', '<svg><style>@import "x.css"</style></svg>', /a style that loads a file/],
    ['no drawing', 'words', /not an SVG file/],
  ])('refuses a logo that holds %s', async (_, logo, expected) => {
    const { code, err } = await report(templateFolder({ schema: 1, logo: 'logo.svg' }, { 'logo.svg': logo }));
    expect(code).toBe(2);
    expect(err).toMatch(expected);
  });

  it('refuses a folder without template, a logo that is too large, and a PNG that is none', async () => {
    expect((await report(folder)).err).toMatch(/has no template\.json/);
    const large = templateFolder({ schema: 1, logo: 'logo.png' }, { 'logo.png': new Uint8Array(300 << 10) });
    expect((await report(large)).code).toBeGreaterThan(1);
    expect((await report(templateFolder({ schema: 1, logo: 'logo.png' }, { 'logo.png': 'x' }))).err).toMatch(/not a PNG file/);
  });
});
