import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { escapeHtml } from '../../src/analysis/report/html-text.ts';
import { reportFormats } from '../../src/analysis/report/index.ts';
import { buildCase } from '../../src/samples/case-text.ts';
import { runInProcess } from '../cli-in-process.ts';
import { runCliProcess } from '../cli-process.ts';
import { scratchFolder } from '../scratch-folder.ts';
import { commandFiles } from './cli/command-files.ts';

const folder = scratchFolder();
const { damaged, healthy } = commandFiles(folder);

/** Ways in which text became script in other people's reports. */
const corpus = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "'><svg onload=alert(1)>",
  '</title><script>alert(1)</script>',
  '</style><script>alert(1)</script>',
  '<a href="javascript:alert(1)">x</a>',
  '<iframe srcdoc="<script>alert(1)</script>">',
  '&lt;script&gt;alert(1)&lt;/script&gt;',
  '--><script>alert(1)</script><!--',
  '<body onload=alert(1)>',
  '<math><mi xlink:href="data:x,<script>alert(1)</script>">',
  '`onmouseover=alert(1)',
  '{{constructor.constructor("alert(1)")()}}',
  '<\u0000script>alert(1)</script>',
  '\u202e<tpircs/>',
];

/** The tags of a page, and everything that could run. */
const tagsOf = (html: string): readonly string[] => [...html.matchAll(/<\/?([a-z!][^\s/>]*)/gi)].map(([, name = '']) => name.toLowerCase());
const allowed = new Set([
  '!doctype',
  'html',
  'head',
  'meta',
  'title',
  'style',
  'body',
  'h1',
  'h2',
  'div',
  'section',
  'table',
  'thead',
  'tbody',
  'tr',
  'th',
  'td',
  'span',
  'code',
  'br',
  'p',
  'svg',
  'rect',
  'text',
  'g',
  'path',
  'ul',
  'li',
  'strong',
  'em',
  'h3',
  'nav',
  'ol',
  'a',
  'pre',
  'wbr',
  'title',
  'desc',
  'clippath',
]);

function expectHarmless(html: string): void {
  expect([...new Set(tagsOf(html))].filter((tag) => !allowed.has(tag))).toEqual([]);
  expect(html).not.toMatch(/<[^>]*\son\w+\s*=/i);
  // Links lead to sections of the page alone.
  expect(html.replaceAll(/<a href="#[a-z]+">/g, '')).not.toMatch(/<[^>]*\s(?:href|src|srcdoc|action|formaction|xlink:href)\s*=/i);
  expect(html).toContain(`http-equiv="Content-Security-Policy" content="default-src 'none'`);
}

describe('html report', () => {
  it.each(corpus)('escapes %j', (text) => {
    const escaped = escapeHtml(text);
    expect(escaped).not.toMatch(/[<>"']/);
    // eslint-disable-next-line no-control-regex -- control and bidi characters must not come through
    expect(escaped).not.toMatch(/[\u0000-\u0008\u202a-\u202e]/u);
  });

  it('of a dump full of markup is harmless', async () => {
    const texts = corpus.map((text) => text.replaceAll('\u202e', '').replaceAll('\u0000', ''));
    const lines = texts.map((text, index) => `"KEY${index}=${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`).join(' ');
    const long = texts
      .slice(0, 4)
      .map((text) => text.replaceAll('"', "'"))
      .join('')
      .slice(0, 60);
    const dump = buildCase(
      `
      memory 64 KiB
      cpu prefix=0x2000
      uts nodename="${long}" release="${long}" version="${long}"
      vmcoreinfo "OSRELEASE=${texts[0] ?? ''}" ${lines}
      note "<script>" 1 00
      patch file:52 0007
      format elf-vmcore
    `.replace(/ +patch.*\n/, ''),
    );
    const path = join(folder, '<img src=x onerror=alert(1)>.vmcore');
    writeFileSync(path, dump);
    const { code, out } = await runInProcess(['report', path, '--quick', '--format', 'html']);
    expect(code).toBe(0);
    expect(out).toContain('&lt;img src=x onerror=alert(1)&gt;.vmcore');
    expect(out).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    expectHarmless(out);
  });

  it('loads nothing from anywhere and needs no script', async () => {
    const { out } = await runInProcess(['report', damaged, '--quick', '--format', 'html']);
    expectHarmless(out);
    expect(out.replaceAll('xmlns="http://www.w3.org/2000/svg"', '').replaceAll(/url\(#[a-z-]+\)/g, '')).not.toMatch(/https?:|url\(|@import/);
    expect(out).toMatch(/of \d+ checks failed/);
  });
});

describe.each(reportFormats.map((format) => [format.id, format] as const))('report --format %s', (id, format) => {
  it('is the same bytes whatever the time zone, the language, the path and the time', async () => {
    const elsewhere = join(folder, `elsewhere-${id}`);
    mkdirSync(elsewhere);
    const copy = join(elsewhere, 'damaged.s390');
    cpSync(damaged, copy);
    const run = (path: string, env: NodeJS.ProcessEnv, cwd: string): Promise<string> =>
      runCliProcess(['report', path, '--quick', '--format', id], { env: { ...process.env, ...env }, cwd }).then(({ code, out, err }) => {
        expect({ code, err }).toEqual({ code: 0, err: '' });
        return out;
      });
    const [one, other] = await Promise.all([
      run(damaged, { TZ: 'Pacific/Kiritimati', LANG: 'de_DE.UTF-8', LC_ALL: 'de_DE.UTF-8' }, '/'),
      run(copy, { TZ: 'America/St_Johns', LANG: 'C', LC_ALL: 'C' }, elsewhere),
    ]);
    expect(one).toBe(other);
    expect(one.length).toBeGreaterThan(1000);
    expect(one).not.toContain(folder);
  });

  it('carries file name and identity', async () => {
    const { out } = await runInProcess(['report', healthy, '--quick', '--format', id]);
    expect(out).toContain('healthy.vmcore');
    expect(out.replaceAll('<wbr>', '')).toMatch(/[0-9a-f]{64}/);
    expect(format.title).not.toBe('');
    expect(format.mediaType).toMatch(/^[a-z]+\/[a-z+.-]+$/);
    if (format.mediaType === 'application/json') expect(JSON.parse(out)).toMatchObject({ schema: 1, fileName: 'healthy.vmcore' });
  });
});

describe('report -o', () => {
  it('writes a new file, and says so', async () => {
    const target = join(folder, 'report.html');
    const { code, out, err } = await runInProcess(['report', healthy, '--quick', '-o', target]);
    expect({ code, out, err }).toEqual({ code: 0, out: '', err: `wrote ${target}\n` });
    expect(readFileSync(target, 'utf8')).toBe((await runInProcess(['report', healthy, '--quick'])).out);
  });

  it('never writes over a file, least of all the dump', async () => {
    const before = readFileSync(healthy);
    for (const target of [healthy, join(folder, '.', 'healthy.vmcore'), damaged])
      expect((await runInProcess(['report', healthy, '--quick', '-o', target])).code).toBeGreaterThan(1);
    expect(Buffer.compare(before, readFileSync(healthy))).toBe(0);
  });

  it('leaves nothing when the dump is refused', async () => {
    const target = join(folder, 'never.html');
    expect((await runInProcess(['report', join(folder, 'not-there'), '-o', target])).code).toBe(3);
    expect(existsSync(target)).toBe(false);
  });
});
