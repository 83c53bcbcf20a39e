/** `--print-page IN OUT`: prints a page without a window, for the command line, and exits. */
import { dirname, join } from 'node:path';
import { app } from 'electron';
import { keepPrinted, pageText } from '../files/print-folder.ts';
import { hardenSession } from './security.ts';
import { serveApp } from './app-protocol.ts';
import { printPage } from './print-page.ts';

export interface PageToPrint {
  readonly page: string;
  readonly pdf: string;
}

const flag = '--print-page';

/** The files that the arguments name; undefined if they ask for the window. */
export function pageToPrint(words: readonly string[]): PageToPrint | undefined {
  // Everything after `--` is a file name, even if it looks like an option.
  const end = words.indexOf('--');
  const own = end === -1 ? words : words.slice(0, end);
  const at = own.indexOf(flag);
  const [page, pdf] = at === -1 ? [] : own.slice(at + 1);
  return page === undefined || pdf === undefined ? undefined : { page, pdf };
}

/** Call before the program is ready: sets a separate profile, which lasts as long as the file's folder. */
export function usePrintProfile({ pdf }: PageToPrint): void {
  app.setPath('userData', join(dirname(pdf), 'profile'));
}

/** Exits with 0 if the PDF was written. */
export async function printFile({ page, pdf }: PageToPrint): Promise<void> {
  hardenSession();
  serveApp();
  try {
    keepPrinted(pdf, await printPage(pageText(page)));
    app.exit(0);
  } catch (error) {
    process.stderr.write(`dumpbench: the page could not be printed: ${error instanceof Error ? error.message : String(error)}\n`);
    app.exit(1);
  }
}
