/** A page as PDF: printed by the desktop program of this checkout, or by an installed browser based on Chromium. */
import { spawn } from 'node:child_process';
import { statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { fixedPdf } from '../files/fixed-pdf.ts';
import { withPrintFonts } from '../files/print-fonts.ts';
import { printFolder, type PrintFolder } from '../files/print-folder.ts';
import { UsageError } from './io.ts';
import { programScript } from './program-script.ts';

/** Next to the bundle, or where npm installed them for the checkout. */
const fonts = import.meta.url.endsWith('.ts')
  ? ['sans', 'mono'].map((name) => fileURLToPath(new URL(`../../node_modules/@fontsource/ibm-plex-${name}/files/`, import.meta.url)))
  : [fileURLToPath(new URL('fonts/', import.meta.url))];

const browsers = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome', 'microsoft-edge', 'msedge'];
const usualPlaces: Readonly<Partial<Record<NodeJS.Platform, readonly string[]>>> = {
  darwin: ['/Applications/Chromium.app/Contents/MacOS/Chromium', '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome'],
  win32: ['C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe', 'C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe'],
};

function canRun(path: string): boolean {
  try {
    const found = statSync(path);
    return found.isFile() && (process.platform === 'win32' || (found.mode & 0o111) !== 0);
  } catch {
    // PATH may name folders that do not exist, files, and folders that this user may not enter.
    return false;
  }
}

/** The first browser in PATH, else at a usual place. */
export function findBrowser(): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  return [...browsers.flatMap((name) => folders.map((folder) => join(folder, name))), ...(usualPlaces[process.platform] ?? [])].find(canRun);
}

interface Outcome {
  readonly code: number;
  readonly said: string;
}

function run(program: string, words: readonly string[], signal: AbortSignal): Promise<Outcome> {
  return new Promise((done, fail) => {
    const child = spawn(program, words, { stdio: ['ignore', 'ignore', 'pipe'], signal });
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
    child.on('error', (error) => (signal.aborted ? fail(error) : done({ code: 3, said: error.message })));
    child.on('close', (code) => done({ code: code ?? 1, said }));
  });
}

/** Prints without a window, a network, or a profile of the user's. */
const browserWords = ({ path, page, pdf }: PrintFolder): readonly string[] => [
  '--headless',
  '--disable-gpu',
  '--no-first-run',
  '--disable-background-networking',
  '--host-resolver-rules=MAP * ~NOTFOUND',
  `--user-data-dir=${join(path, 'profile')}`,
  ...(process.platform === 'linux' && process.getuid?.() === 0 ? ['--no-sandbox'] : []),
  '--no-pdf-header-footer',
  '--generate-pdf-document-outline',
  `--print-to-pdf=${pdf}`,
  pathToFileURL(page).href,
];

const lastLine = ({ said, code }: Outcome): string => {
  const line = said.trim().split('\n').at(-1) ?? '';
  return line === '' ? `exit code ${code}` : line;
};

/**
 * @returns the PDF: of the same page the same bytes, for one version of the printing program
 * @throws UsageError if no program that can print is found, or it fails
 */
export async function printPdf(html: string, signal: AbortSignal): Promise<Uint8Array> {
  const folder = printFolder(withPrintFonts(html, fonts));
  try {
    const desktop = await run(process.execPath, [programScript('print-page'), folder.page, folder.pdf], signal);
    if (desktop.code === 0) return folder.printed();
    const browser = findBrowser();
    const printed = browser === undefined ? undefined : await run(browser, browserWords(folder), signal);
    if (printed?.code === 0) return fixedPdf(folder.printed());
    const ofBrowser = printed === undefined ? 'no Chromium, Chrome or Edge was found in PATH' : `${browser ?? ''} failed: ${lastLine(printed)}`;
    const ofDesktop = lastLine(desktop).replace(/\.$/, '');
    throw new UsageError(
      `--format pdf needs a program that can print. The desktop program: ${ofDesktop}. A browser: ${ofBrowser}. Or print the output of --format html.`,
    );
  } finally {
    folder.remove();
  }
}
