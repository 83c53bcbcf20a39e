/** Dropped files are opened, or attached to the dump in front. */
import { describe, expect, it } from 'vitest';
import type { AttachmentKind, AttachmentPaths } from '../../../src/shared/attachment.ts';
import { dropFiles } from '../../../src/renderer/state/dropped-files.ts';
import { newDump } from '../../../src/renderer/state/open-dump.ts';
import { createPlaces } from '../../../src/renderer/state/places.ts';
import type { EngineLink } from '../../../src/renderer/engine/engine-link.ts';

function setUp(kinds: Readonly<Record<string, AttachmentKind>>, isOpen = true) {
  const dump = { ...newDump('a', '/a.dump'), ...(isOpen ? { phase: { kind: 'open', handle: 'd1', identity: '' } as const } : {}) };
  const places = createPlaces();
  places.show('overview', 'a');
  const opened: (readonly string[])[] = [];
  const attached: (readonly [string, AttachmentPaths])[] = [];
  const call = (_method: string, { paths }: { readonly paths: readonly string[] }): Promise<unknown> =>
    Promise.resolve({ files: paths.map((path) => ({ path, ...(kinds[path] === undefined ? {} : { attach: kinds[path] }) })) });
  const parts = {
    engine: { call: call as unknown as EngineLink['call'] },
    dumps: { find: (key: string) => (key === 'a' ? dump : undefined) },
    places,
    dumpJobs: { attachFiles: (key: string, files: AttachmentPaths) => void attached.push([key, files]) },
    openPaths: (paths: readonly string[]) => {
      opened.push(paths);
      return Promise.resolve();
    },
    tell: () => undefined,
  };
  return { drop: (...paths: readonly string[]) => dropFiles(parts, paths), opened, attached };
}

describe('dropped files', () => {
  it('are attached at once if they supplement the dump, and opened otherwise', async () => {
    const { drop, opened, attached } = setUp({ '/vmlinux': 'vmlinux', '/System.map': 'systemMap' });
    await drop('/vmlinux', '/b.dump', '/System.map');
    expect(attached).toEqual([['a', { vmlinux: '/vmlinux', systemMap: '/System.map' }]]);
    expect(opened).toEqual([['/b.dump']]);
    await drop('/vmlinux');
    expect(opened).toHaveLength(1);
  });

  it('are all opened if no dump is open, or if there are too many for attachments', async () => {
    const closed = setUp({ '/vmlinux': 'vmlinux' }, false);
    await closed.drop('/vmlinux');
    expect([closed.opened, closed.attached]).toEqual([[['/vmlinux']], []]);
    const many = Array.from({ length: 65 }, (_, at) => `/${at}`);
    const { drop, opened } = setUp({});
    await drop(...many);
    expect(opened).toEqual([many]);
  });
});
