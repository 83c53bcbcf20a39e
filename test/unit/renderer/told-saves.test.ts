/** Saved files are reported, with the possible actions. */
import { describe, expect, it } from 'vitest';
import type { Saved } from '../../../src/shared/shell-protocol.ts';
import { exportedNotice, tellSaves } from '../../../src/renderer/shell/told-saves.ts';
import type { Shell } from '../../../src/renderer/shell/shell-calls.ts';
import type { Notice } from '../../../src/renderer/state/notice.ts';
import { createStore } from '../../../src/renderer/state/store.ts';

function setUp(saved: Saved) {
  const calls: (readonly [string, unknown])[] = [];
  const call = (method: string, params: unknown): Promise<unknown> => {
    calls.push([method, params]);
    return Promise.resolve(method === 'saveText' || method === 'savePdf' ? saved : {});
  };
  const bare: Shell = { call: call as Shell['call'], onEvent: () => undefined, pathOf: () => '' };
  const notice = createStore<Notice | undefined>(undefined);
  const wrong: unknown[] = [];
  const shell = tellSaves(bare, notice, (error) => wrong.push(error));
  return { shell, calls, notice, wrong };
}

const labels = (notice: Notice | undefined): readonly string[] => (notice?.actions ?? []).map(({ label }) => label);
const text = { suggestedName: 'a.html', text: '', title: '' };

describe('a save', () => {
  it('reports the path, and offers what main says is possible', async () => {
    const { shell, calls, notice } = setUp({ path: '/home/a.html', opens: true });
    await shell.call('saveText', { kind: 'report', ...text });
    expect(notice.get()?.text).toBe('The report was saved as /home/a.html.');
    expect(labels(notice.get())).toEqual(['Open', 'Show in folder']);
    for (const { run, stays } of notice.get()?.actions ?? []) {
      expect(stays).toBe(true);
      run();
    }
    expect(calls.slice(1)).toEqual([
      ['openWritten', { path: '/home/a.html' }],
      ['showWritten', { path: '/home/a.html' }],
    ]);
  });

  it('of a session says what it contains, and is not opened elsewhere', async () => {
    const { shell, notice } = setUp({ path: '/home/s.dumpbench.json', opens: true });
    await shell.call('saveText', { kind: 'session', ...text });
    expect(notice.get()?.text).toContain('no bytes of a dump');
    expect(labels(notice.get())).toEqual(['Show in folder']);
  });

  it('reports nothing when it was dismissed, and nothing about other calls', async () => {
    const { shell, notice } = setUp({});
    await shell.call('savePdf', { suggestedName: 'a.pdf', html: '', title: '' });
    await shell.call('copyText', { text: 'x' });
    expect(notice.get()).toBeUndefined();
  });

  it('of memory can be opened here if it is self-describing', () => {
    const { shell, wrong } = setUp({});
    const opened: (readonly string[])[] = [];
    const open = (paths: readonly string[]): Promise<void> => {
      opened.push(paths);
      return Promise.resolve();
    };
    const elf = exportedNotice(shell, { path: '/o.elf', format: 'elf' }, open, (error) => wrong.push(error));
    expect(labels(elf)).toEqual(['Open it here', 'Show in folder']);
    elf.actions?.[0]?.run();
    expect(opened).toEqual([['/o.elf']]);
    expect(labels(exportedNotice(shell, { path: '/o.raw', format: 'raw' }, open, () => undefined))).toEqual(['Show in folder']);
  });
});
