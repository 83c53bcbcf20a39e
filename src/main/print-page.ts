/** Prints a report: a hidden window without script, preload or engine shows the page and makes a PDF of it. */
import { BrowserWindow } from 'electron';
import { servePage } from './app-protocol.ts';
import { pagePreferences } from './security.ts';

const pageNumbers =
  '<div style="width:100%;font:8px system-ui,sans-serif;color:#666;text-align:center"><span class="pageNumber"></span> / <span class="totalPages"></span></div>';

/** @returns the PDF's bytes */
export async function printPage(html: string): Promise<Uint8Array> {
  const window = new BrowserWindow({
    show: false,
    webPreferences: { ...pagePreferences, javascript: false },
  });
  const page = servePage(html);
  try {
    await window.loadURL(page.url);
    return await window.webContents.printToPDF({
      pageSize: 'A4',
      printBackground: true,
      displayHeaderFooter: true,
      headerTemplate: '<span></span>',
      footerTemplate: pageNumbers,
    });
  } finally {
    page.release();
    window.destroy();
  }
}
