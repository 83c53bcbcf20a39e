import { afterEach } from 'vitest';
import { openDesk, type Desk, type DeskOptions } from './desk.ts';

/** Opens windows for the tests of a file, and closes each behind its test, whatever happens. */
export function testDesk(): (paths: readonly string[], options?: DeskOptions) => Promise<Desk> {
  const open = new Set<Desk>();
  afterEach(async () => {
    const left = [...open];
    open.clear();
    for (const desk of left) await desk.close();
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

/** Runs the first command that fits the words, by the palette. A press that comes while the window is busy is made again. */
export async function command({ page }: Desk, words: string): Promise<void> {
  const field = page.getByLabel('Command', { exact: true });
  for (let tries = 0; tries < 10 && !(await field.isVisible()); tries += 1) {
    await page.keyboard.press('Control+Shift+P');
    await field.waitFor({ timeout: 5000 }).catch(() => undefined);
  }
  await field.fill(words);
  await page.keyboard.press('Enter');
}
