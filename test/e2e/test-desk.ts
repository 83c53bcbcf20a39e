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
