import { afterEach } from 'vitest';
import { openDesk, type Desk, type DeskOptions } from './desk.ts';

/** Opens windows for the tests of a file, and closes each after its test, whatever happens. */
export function testDesk(): (paths: readonly string[], options?: DeskOptions) => Promise<Desk> {
  const open = new Set<Desk>();
  afterEach(async ({ task }) => {
    const left = [...open];
    open.clear();
    for (const desk of left) {
      // A failure that occurs once in a hundred runs can only be understood from what the window showed then.
      if (task.result?.state === 'fail') console.log(await shownBy(desk).catch(String));
      await desk.close();
    }
  });
  return async (paths, options) => {
    const desk = await openDesk(paths, options);
    open.add(desk);
    return {
      ...desk,
      async close() {
        if (open.delete(desk)) await desk.close();
      },
    };
  };
}

/** The text of a window, and where the focus is. */
async function shownBy({ page, photograph }: Desk): Promise<string> {
  await photograph(`failed-${Date.now()}`);
  return page.evaluate(() => {
    const { activeElement, body, visibilityState } = document;
    const focus = activeElement?.outerHTML.slice(0, 300) ?? 'nothing';
    return `The window (${visibilityState}, ${document.hasFocus() ? 'with' : 'without'} the focus) showed:\n${body.innerText}\nThe keyboard was at ${focus}`;
  });
}

/** Runs the first action that matches the words, through the palette. A key press while the window is busy is repeated. */
export async function command({ page }: Desk, words: string): Promise<void> {
  const field = page.getByLabel('Command', { exact: true });
  for (let tries = 0; tries < 10 && !(await field.isVisible()); tries += 1) {
    await page.keyboard.press('Control+Shift+P');
    await field.waitFor({ timeout: 5000 }).catch(() => undefined);
  }
  await field.fill(words);
  await page.keyboard.press('Enter');
}
