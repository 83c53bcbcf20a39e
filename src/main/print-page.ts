/** Prints a report: a hidden window without script, preload or engine shows the page and makes a PDF of it. */
import { fileURLToPath } from 'node:url';
import { BrowserWindow } from 'electron';
import { fixedPdf } from '../files/fixed-pdf.ts';
import { withPrintFonts } from '../files/print-fonts.ts';
import { servePage } from './app-protocol.ts';
import { pagePreferences } from './security.ts';

/** From this version on, Chromium draws the running heads that the page itself declares (CSS margin boxes). */
const firstWithMarginBoxes = 131;
const hasMarginBoxes = Number.parseInt(process.versions.chrome, 10) >= firstWithMarginBoxes;

/** For earlier versions: as wide as the text of the page. */
const line = 'display:flex;justify-content:space-between;width:100%;margin:0 17mm 0 19mm;font:8px system-ui,sans-serif;color:#566074';
const head = `<div style="${line}"><span class="title"></span></div>`;
const foot = `<div style="${line}"><span></span><span><span class="pageNumber"></span> / <span class="totalPages"></span></span></div>`;

const fonts = fileURLToPath(new URL('../renderer/assets/', import.meta.url));

/** @returns the PDF's bytes: identical for the same page and version of Chromium */
export async function printPage(html: string): Promise<Uint8Array> {
  const window = new BrowserWindow({
    show: false,
    // If the page were painted while it loads, its elements would be numbered in the order of their arrival.
    paintWhenInitiallyHidden: false,
    webPreferences: { ...pagePreferences, javascript: false },
  });
  const page = servePage(withPrintFonts(html, [fonts]));
  try {
    await window.loadURL(page.url);
    const pdf = await window.webContents.printToPDF({
      // The page declares its paper size if the user chose one.
      pageSize: 'A4',
      preferCSSPageSize: true,
      printBackground: true,
      displayHeaderFooter: !hasMarginBoxes,
      headerTemplate: head,
      footerTemplate: foot,
      generateTaggedPDF: true,
      generateDocumentOutline: true,
    });
    return fixedPdf(pdf);
  } finally {
    page.release();
    window.destroy();
  }
}
