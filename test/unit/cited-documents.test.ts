/** Every document and source file that comments or documentation cite exists, with the section that is named. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, extname, join, posix, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** Where a citation without a folder may mean. */
const shelves = ['', 'docs', 'docs/formats', 'docs/decisions', 'docs/recipes', 'resources/reference'];

/** Documents of others, cited by their names. */
const foreign = new Set(['protocol.md', 'envelope.md', 'spec/v1/statement.md']);

const textFiles = new Set(['.md', '.ts', '.tsx', '.mts', '.mjs', '.cjs', '.css', '.html', '.yml', '.wasm']);
const outside = new Set(['node_modules', 'out', 'dist', 'coverage', '.git', 'cases', 'dumps']);

/** Text files below the root, with "/" in their names. */
function repositoryFiles(folder = root): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (outside.has(entry.name)) return [];
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return repositoryFiles(path);
    return entry.isFile() && textFiles.has(extname(entry.name)) ? [relative(root, path).split(sep).join('/')] : [];
  });
}

interface Citation {
  readonly document: string;
  /** Numbers of sections, "5.2"; headings in quotation marks; anchors of links. */
  readonly sections: readonly string[];
  readonly headings: readonly string[];
  readonly anchor?: string;
}

/** Comments are one line of text, so that a citation may be broken anywhere. */
const unwrapped = (text: string): string => text.replaceAll(/\n\s*(?:\*(?!\*)|\/\/)?\s*/g, ' ');

const citationPattern = new RegExp(
  [
    /(?<![\w:/.*$}'-])((?:\.{1,2}\/)*(?:[\w-]+\/)*[\w-]+\.md)\b(?!\.)/.source,
    /(?:#([\w-]+))?/.source,
    // A link's closing bracket, or the end of a code span.
    /(?:`|\)|\]\([^)]*\))?/.source,
    /(?:,?\s+sections?\s+(\d+(?:\.\d+)*(?:(?:,\s+|,?\s+and\s+|\s+to\s+)\d+(?:\.\d+)*)*))?/.source,
    /(?:,?\s+"([^"]{1,80})")?/.source,
  ].join(''),
  'g',
);

/** What a text cites. Names that are put together at run time, and those of files that a program writes ('report.md'), are not looked at. */
function citationsIn(text: string): Citation[] {
  return [...unwrapped(text).matchAll(citationPattern)].map(([, document = '', anchor, sections, heading]) => ({
    document,
    sections: sections?.match(/\d+(?:\.\d+)*/g) ?? [],
    headings: heading === undefined ? [] : [heading],
    ...(anchor === undefined ? {} : { anchor }),
  }));
}

interface Heading {
  readonly text: string;
  readonly slug: string;
  readonly number: string | undefined;
}

const headingsOf = (markdown: string): Heading[] =>
  [...markdown.matchAll(/^#{1,6} +(.+)$/gm)].map(([, text = '']) => ({
    text: text.toLowerCase(),
    slug: text
      .toLowerCase()
      .replaceAll(/[^\w\s-]/g, '')
      .replaceAll(/\s/g, '-'),
    number: /^(\d+(?:\.\d+)*)\.?\s/.exec(text)?.[1],
  }));

/** What is wrong with a citation in a file; nothing when it resolves. */
function unresolved(file: string, { document, sections, headings, anchor }: Citation): string[] {
  const candidates = document.startsWith('.')
    ? [posix.join(posix.dirname(file), document)]
    : [posix.dirname(file), ...shelves].map((shelf) => posix.join(shelf, document));
  const found = candidates.find((one) => existsSync(join(root, one)));
  if (found === undefined) return [`${file}: ${document} does not exist`];
  if (sections.length === 0 && headings.length === 0 && anchor === undefined) return [];
  const text = readFileSync(join(root, found), 'utf8');
  const there = headingsOf(text);
  return [
    ...sections.filter((section) => !there.some(({ number }) => number === section)).map((section) => `${file}: ${document} has no section ${section}`),
    // A quotation may be of a heading or of the first cell of a row.
    ...headings
      .filter((heading) => !there.some((one) => one.text.includes(heading.toLowerCase())) && !text.toLowerCase().includes(heading.toLowerCase()))
      .map((heading) => `${file}: ${document} does not say "${heading}"`),
    ...(anchor === undefined || there.some(({ slug }) => slug === anchor) ? [] : [`${file}: ${document} has no heading #${anchor}`]),
  ];
}

/** Source files of others, and examples of how files are named. */
const foreignSources = new Set(['electron/default_app/main.ts', 'kebab-case.ts', 'PascalCase.tsx']);

const sourcePattern = /(?<![\w/.*$}<>'@-])((?:[\w@-]+\/)*[\w.-]+\.(?:tsx?|m[jt]s|cjs|css|yml|wasm))\b(?!['\w(])/g;
const commentPattern = /\/\*[\s\S]*?\*\/|(?<=^|\s)\/\/.*/g;

/** Source files that a text names: in documentation anywhere, in code in its comments. */
const sourcesIn = (file: string, text: string): string[] =>
  (file.endsWith('.md') ? [text] : [...text.matchAll(commentPattern)].map(([comment]) => comment)).flatMap((part) =>
    [...part.matchAll(sourcePattern)].map(([, path = '']) => path),
  );

const files = repositoryFiles().filter((file) => extname(file) !== '.wasm' && file !== 'test/unit/cited-documents.test.ts');

describe('cited documents', () => {
  it('exist, with the sections that are cited', () => {
    const problems = files.flatMap((file) =>
      citationsIn(readFileSync(join(root, file), 'utf8'))
        .filter(({ document }) => !foreign.has(document))
        .flatMap((citation) => unresolved(file, citation)),
    );
    expect(problems).toEqual([]);
  });

  it('source files that are named exist', () => {
    const there = new Set(
      repositoryFiles().flatMap((file) => {
        const parts = file.split('/');
        return parts.map((_, at) => parts.slice(at).join('/'));
      }),
    );
    // Records of decisions and the changelog speak of their own time.
    const lasting = files.filter((file) => !file.startsWith('docs/decisions/') && file !== 'CHANGELOG.md');
    const named = lasting.flatMap((file) => sourcesIn(file, readFileSync(join(root, file), 'utf8')).map((source) => ({ file, source })));
    expect(named.length).toBeGreaterThan(200);
    const gone = named.filter(({ source }) => !there.has(source) && !foreignSources.has(source));
    expect(gone.map(({ file, source }) => `${file}: ${source} does not exist`)).toEqual([]);
    expect(sourcesIn('x.ts', '/** see index/gone.ts */ const a = left.ts; // and gone.mjs\n')).toEqual(['index/gone.ts', 'gone.mjs']);
  });

  it('the list of decisions says what the records say', () => {
    const plain = (text: string): string => text.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1');
    const records = files.filter((file) => /^docs\/decisions\/\d{4}-/.test(file)).sort();
    expect(records.length).toBeGreaterThan(20);
    const rows = records.map((file) => {
      const [, number, title, date, status] = /^# (\d{4})\. (.+)\n\n(\d{4}-\d\d-\d\d) · (.+)\n/.exec(readFileSync(join(root, file), 'utf8')) ?? [file];
      return `| [${number}](${posix.basename(file)}) | ${title} | ${date} | ${plain(status ?? '')} |`;
    });
    const list = readFileSync(join(root, 'docs/decisions/README.md'), 'utf8');
    expect(list.split('\n').filter((line) => line.startsWith('| ['))).toEqual(rows);
  });

  it('nothing names a folder outside the repository except the code that looks for more dumps', () => {
    const outsideFolder = /\.\.\/shared\/(?![\w./-]*\.ts)|'\.\.', 'shared'/;
    const naming = files.filter((file) => outsideFolder.test(readFileSync(join(root, file), 'utf8')));
    expect(naming).toEqual(['scripts/more-dumps.mjs']);
  });

  it('sheets refer to sections of their own that exist', () => {
    const sheets = files.filter((file) => /^docs\/(?:formats\/|contract)/.test(file));
    expect(sheets.length).toBeGreaterThan(7);
    const problems = sheets.flatMap((sheet) => {
      const text = readFileSync(join(root, sheet), 'utf8');
      const numbers = headingsOf(text).map(({ number }) => number);
      return [...unwrapped(text).matchAll(/(?<!\.md(?:\]\([^)]*\)|\))?,? )\bsections? (\d+(?:\.\d+)*)/g)].flatMap(([, number]) =>
        numbers.includes(number) ? [] : [`${sheet}: no section ${number}`],
      );
    });
    expect(problems).toEqual([]);
  });

  it('citations of the code base are found at all', () => {
    const cited = files.filter((file) => file.startsWith('src/')).flatMap((file) => citationsIn(readFileSync(join(root, file), 'utf8')));
    expect(cited.filter(({ sections }) => sections.length > 0).length).toBeGreaterThan(200);
  });

  it.each([
    ['a document that is nowhere', '/** As meminfo-2.md says. */', 'meminfo-2.md does not exist'],
    ['a section that is not there', '/** lowcore.md section 99 */', 'lowcore.md has no section 99'],
    ['the second of two sections', '// lowcore.md sections 2\n// and 2.77', 'lowcore.md has no section 2.77'],
    ['a citation that a comment breaks', '/**\n * (elf-vmcore.md\n * section 42).\n */', 'elf-vmcore.md has no section 42'],
    ['a heading', 'see elf-vmcore.md, "p_vaddr by nobody"', 'elf-vmcore.md does not say "p_vaddr by nobody"'],
    ['an anchor of a link', '[x](docs/guide.md#no-such-heading)', 'docs/guide.md has no heading #no-such-heading'],
    ['a link out of the repository', '[x](../../elsewhere.md)', '../../elsewhere.md does not exist'],
  ])('notices %s', (_, text, problem) => {
    expect(citationsIn(text).flatMap((citation) => unresolved('src/x.ts', citation))).toEqual([`src/x.ts: ${problem}`]);
  });

  it('ignores names that are put together, and web addresses', () => {
    expect(citationsIn("`${name}.md`, *.md, https://example.org/a/protocol.md, report.md.html, '-o', 'report.md'")).toEqual([]);
  });
});
