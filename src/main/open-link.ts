/** The only way to leave the window: a web page, opened in the desktop's browser after the user has confirmed its address. */
import { dialog, shell, type BrowserWindow } from 'electron';
import { visibleText } from '../shared/visible-text.ts';

/** @throws Error if it is not the address of a web page */
export async function openLink(window: BrowserWindow, address: string): Promise<void> {
  const url = URL.parse(address);
  if (url === null || !['http:', 'https:'].includes(url.protocol)) throw new Error('only addresses that begin with http:// or https:// are opened');
  const { response } = await dialog.showMessageBox(window, {
    type: 'question',
    message: `Open a page on ${visibleText(url.hostname)} in the browser?`,
    // As the browser will interpret it: host names in other scripts in the form in which they are looked up.
    detail: visibleText(url.href),
    buttons: ['Open in the browser', 'Cancel'],
    defaultId: 1,
    cancelId: 1,
  });
  if (response === 0) await shell.openExternal(url.href);
}
