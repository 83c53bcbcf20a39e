/** Two dumps side by side: the older one on the left, if both have a clock. */
import { expect, it } from 'vitest';
import { layOutBeside } from '../../../src/renderer/app/pane-actions.ts';
import { createComparisons } from '../../../src/renderer/state/comparisons.ts';
import { layoutTabs, type DockLayout } from '../../../src/renderer/state/dock-layout.ts';
import { newDump, type OpenDump } from '../../../src/renderer/state/open-dump.ts';

/** Keys of the dumps from left to right, and the tab in front. */
async function laidOut(order: string, isOpen = true): Promise<unknown> {
  const dumps = ['a', 'b'].map((key): OpenDump => ({
    ...newDump(key, `/${key}`),
    ...(isOpen ? { phase: { kind: 'open', handle: `h-${key}`, identity: '' } } : {}),
  }));
  let shown: unknown;
  const comparisons = createComparisons({ read: () => undefined, write: () => undefined });
  await layOutBeside(
    {
      comparisons,
      dumps: { find: (key: string) => dumps.find((dump) => dump.key === key) },
      engine: { call: () => (order === 'fails' ? Promise.reject(new Error('gone')) : Promise.resolve({ order })) },
      dock: { arrange: (layout: DockLayout, _label: string, active: string) => (shown = [[...new Set(layoutTabs(layout).map(({ dump }) => dump))], active]) },
    } as unknown as Parameters<typeof layOutBeside>[0],
    'a',
    'b',
  );
  expect(comparisons.settings.get().a?.right).toBe('b');
  return shown;
}

it.each([
  ['right-older', true, ['b', 'a']],
  ['left-older', true, ['a', 'b']],
  ['unknown', true, ['a', 'b']],
  ['fails', true, ['a', 'b']],
  ['right-older', false, ['a', 'b']],
] as const)('%s, open: %s', async (order, isOpen, columns) => {
  expect(await laidOut(order, isOpen)).toEqual([columns, 'a/overview']);
});
