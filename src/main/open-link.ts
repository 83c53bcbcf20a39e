/** The only way out of the window: a page of the web, in the desktop's browser, when a person has said yes to its address. */
import { dialog, shell, type BrowserWindow } from 'electron';
import { visibleText } from '../shared/visible-text.ts';

/** @throws Error for what is no address of a page */
export async function openLink(window: BrowserWindow, address: string): Promise<void> {
  const url = URL.parse(address);
  if (url === null || !['http:', 'https:'].includes(url.protocol)) throw new Error('only addresses that begin with http:// or https:// are opened');
  const { response } = await dialog.showMessageBox(window, {
    type: 'question',
    message: `Open a page of ${visibleText(url.hostname)} in the browser?`,
    // As the browser will take it: names in other scripts as they are looked up.
    detail: visibleText(url.href),
    buttons: ['Open in the browser', 'Cancel'],
    defaultId: 1,
    cancelId: 1,
  });
  if (response === 0) await shell.openExternal(url.href);
}
