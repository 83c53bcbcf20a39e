/** A page that is printed and its PDF, between two processes: in a folder of their own that nobody else reads, and that is gone afterwards. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface PrintFolder {
  /** Paths: the folder, the page in it, and where its PDF is to be. */
  readonly path: string;
  readonly page: string;
  readonly pdf: string;
  /** The PDF that was printed. @throws of the operating system where there is none */
  printed(): Uint8Array;
  remove(): void;
}

export function printFolder(html: string): PrintFolder {
  const path = mkdtempSync(join(tmpdir(), 'dumpbench-print-'));
  const [page, pdf] = [join(path, 'report.html'), join(path, 'report.pdf')];
  writeFileSync(page, html, { mode: 0o600, flag: 'wx' });
  return {
    path,
    page,
    pdf,
    printed: () => readFileSync(pdf),
    remove() {
      rmSync(path, { recursive: true, force: true });
    },
  };
}

/** The other process: what it is to print. */
export const pageText = (page: string): string => readFileSync(page, 'utf8');

/** The other process: only a new file. @throws of the operating system */
export function keepPrinted(pdf: string, bytes: Uint8Array): void {
  writeFileSync(pdf, bytes, { mode: 0o600, flag: 'wx' });
}
