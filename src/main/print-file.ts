/** `--print-page IN OUT`: prints a page without a window, for the command line, and ends. */
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

/** What the arguments ask for; undefined where they ask for the window. */
export function pageToPrint(words: readonly string[]): PageToPrint | undefined {
  // After `--` there are names of files, whatever they look like.
  const end = words.indexOf('--');
  const own = end === -1 ? words : words.slice(0, end);
  const at = own.indexOf(flag);
  const [page, pdf] = at === -1 ? [] : own.slice(at + 1);
  return page === undefined || pdf === undefined ? undefined : { page, pdf };
}

/** Before the program is ready: a profile of its own, for as long as the file's folder. */
export function usePrintProfile({ pdf }: PageToPrint): void {
  app.setPath('userData', join(dirname(pdf), 'profile'));
}

/** Ends the program: 0 when the PDF is there. */
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
