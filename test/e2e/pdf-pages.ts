/** A PDF as seen by other programs: its pages, the position of each word, its bookmarks, and its drawings. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

export interface PdfWord {
  readonly text: string;
  /** Points from the left and top edge of the page. */
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}
export interface PdfPage {
  readonly width: number;
  readonly height: number;
  readonly words: readonly PdfWord[];
}

const run = (program: string, ...words: readonly string[]): Buffer => execFileSync(program, words, { maxBuffer: 1 << 28 });
const entities: Readonly<Record<string, string>> = { '&amp;': '&', '&lt;': '<', '&gt;': '>', '&quot;': '"', '&apos;': "'" };

/** Output of pdfinfo: "Title", "Tagged", "Page size". */
export const pdfFacts = (path: string): ReadonlyMap<string, string> =>
  new Map(
    run('pdfinfo', path)
      .toString()
      .split('\n')
      .flatMap((line) => {
        const [, name, value] = /^([^:]+):\s+(.*)$/.exec(line) ?? [];
        return name === undefined || value === undefined ? [] : [[name, value] as const];
      }),
  );

export function pdfPages(path: string): readonly PdfPage[] {
  const number = (tag: string, name: string): number => Number(new RegExp(`${name}="([\\d.-]+)"`).exec(tag)?.[1]);
  return run('pdftotext', '-bbox', path, '-')
    .toString()
    .split('<page ')
    .slice(1)
    .map((page) => ({
      width: number(page, 'width'),
      height: number(page, 'height'),
      words: [...page.matchAll(/<word ([^>]*)>(.*?)<\/word>/g)].map(([, tag = '', text = '']) => ({
        text: text.replaceAll(/&\w+;/g, (entity) => entities[entity] ?? entity),
        left: number(tag, 'xMin'),
        top: number(tag, 'yMin'),
        right: number(tag, 'xMax'),
        bottom: number(tag, 'yMax'),
      })),
    }));
}

/** In the order in which a screen reader reads them. */
export const pdfText = (path: string): string => run('pdftotext', path, '-').toString();

/** Titles of the outline, as Chromium writes them: plain strings in the file. */
export const pdfBookmarks = (path: string): readonly string[] =>
  [...readFileSync(path, 'latin1').matchAll(/\/Title \(((?:\\.|[^\\()])*)\)\n\/(?:Dest|Parent|A)/g)].map(([, title = '']) => title.replaceAll(/\\(.)/g, '$1'));

export interface Picture {
  readonly width: number;
  readonly height: number;
  /** One byte per pixel, 255 is white. */
  readonly pixels: Uint8Array;
}

/** @param dpi pixels per inch */
export function pdfPicture(path: string, page: number, dpi: number): Picture {
  const picture = run('pdftoppm', '-gray', '-r', String(dpi), '-f', String(page), '-l', String(page), path);
  const [head = '', width = '', height = ''] = /^P5\s+(\d+)\s+(\d+)\s+255\s/.exec(picture.subarray(0, 64).toString('latin1')) ?? [];
  return { width: Number(width), height: Number(height), pixels: picture.subarray(head.length) };
}
