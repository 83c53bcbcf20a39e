/**
 * Every save dialog, answered with the place of evidence: by its path, by a symbolic link, by a hard link and by a bind mount. The evidence is
 * unchanged, nothing is left next to it, and the window gets an error message.
 */
import { linkSync, mkdirSync, readFileSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { savedKinds, saveMethods } from '../../src/shared/shell-protocol.ts';
import { bindMount, evidence, makeEvidence, reach, stateOf, unmount, ways } from '../faults/evidence-store.ts';
import { describeNeeding } from '../requirements.ts';
import { scratchFolder } from '../scratch-folder.ts';
import type { Desk } from './desk.ts';
import { testDesk } from './test-desk.ts';

const root = scratchFolder();
const store = join(root, 'evidence');
const at = (name: string): string => join(store, name);
const openOne = testDesk();

beforeAll(() => makeEvidence(store, { ...process.env, XDG_CACHE_HOME: join(root, 'cache') }));

/** Parameters of every call that saves, for every kind of file. A new method must be called here too. */
const calls: readonly (readonly [method: string, params: Record<string, string>])[] = [...saveMethods].flatMap(
  (method): readonly (readonly [string, Record<string, string>])[] => {
    const named = { suggestedName: 'out', title: 'Save' };
    if (method === 'saveText') return savedKinds.map((kind) => [method, { ...named, kind, text: 'mine' }] as const);
    if (method === 'chooseOutput') return [[method, named] as const];
    if (method === 'savePdf') return [[method, { ...named, html: '<p>mine</p>' }] as const];
    throw new Error(`the shell method ${method} saves, and no test says how`);
  },
);

/** The outcome of a call as seen by the page: an error message, or where the file was saved. */
async function called({ app, page }: Desk, method: string, params: object, target: string): Promise<{ path?: string; wrong?: string }> {
  await app.evaluate(({ dialog }, filePath) => {
    dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath });
  }, target);
  return page.evaluate(
    async ([name, given]) => {
      const bridge = (window as unknown as { dumpbench: { call: (method: string, params: object) => Promise<{ path?: string }> } }).dumpbench;
      try {
        return await bridge.call(name, given);
      } catch (error) {
        return { wrong: error instanceof Error ? error.message : String(error) };
      }
    },
    [method, params] as const,
  );
}

describeNeeding('window', 'a save dialog', () => {
  it('never writes to evidence of any kind, whatever path leads to it', async () => {
    const desk = await openOne([at('dump.s390'), at('dump.gz'), at('volume.1')]);
    const { page } = desk;
    await page.getByTestId('dump-title').waitFor();
    await expect.poll(() => page.evaluate(() => document.body.innerText)).toContain('volume.1');
    const originals = evidence.map((what) => stateOf(at(what)));
    let tried = 0;
    for (const way of ways) {
      for (const what of evidence) {
        const folder = join(root, 'targets', way.replace(' ', '-'), what);
        mkdirSync(folder, { recursive: true });
        const target = join(folder, 'out');
        reach(at(what), way, target);
        if (way === 'bind mount' && !bindMount(at(what), target)) {
          console.warn('evidence-dialogs: nothing can be mounted here, so saving onto bind mounts is NOT tested');
          break;
        }
        try {
          const before = stateOf(target);
          for (const [method, params] of calls) {
            const { path, wrong } = await called(desk, method, params, target);
            const told = `${method} ${params.kind ?? ''} onto ${what} by ${way}: ${wrong ?? `saved as ${path ?? '?'}`}`;
            expect(path, told).toBeUndefined();
            expect(wrong, told).toMatch(/\w+ .*\((?:expected )?.+\)/);
            expect(stateOf(target), told).toBe(before);
            expect(readdirSync(folder), told).toEqual(['out']);
            tried += 1;
          }
        } finally {
          if (way === 'bind mount') unmount(target);
        }
        rmSync(folder, { recursive: true });
      }
    }
    expect(evidence.map((what) => stateOf(at(what)))).toEqual(originals);
    expect(tried).toBeGreaterThan(150);

    // It does save where nothing exists.
    for (const [method, params] of calls) {
      const target = join(root, `free-${method}-${params.kind ?? ''}`);
      expect((await called(desk, method, params, target)).path).toBe(target);
      // This one only names a file; the engine writes it.
      if (method === 'chooseOutput') continue;
      expect(readFileSync(target).length).toBeGreaterThan(3);
      // The dialog has asked: a file recognised as printed by Dumpbench is replaced, an unknown one is kept.
      const again = await called(desk, method, params, target);
      if (method === 'savePdf') expect(again.path).toBe(target);
      else expect(again.wrong).toMatch(/it seems to be .* delete the file yourself/);
    }
  });

  it('is not needed for sessions and settings, which do not follow links either', async () => {
    const folder = join(root, 'before');
    const sessions = join(folder, 'user', 'sessions');
    mkdirSync(sessions, { recursive: true, mode: 0o700 });
    symlinkSync(at('vmlinux'), join(sessions, 'last.dumpbench.json'));
    linkSync(at('dump.s390'), join(folder, 'user', 'config.json'));
    const originals = evidence.map((what) => stateOf(at(what)));
    const desk = await openOne([at('dump.s390')], { folder });
    await desk.page.getByTestId('dump-title').waitFor();
    await called(desk, 'setTheme', { theme: 'dark' }, '');
    const { wrong } = await called(desk, 'saveSession', { name: 'last', text: '{}' }, '');
    expect(wrong).toMatch(/symbolic link/);
    await desk.close();
    expect(evidence.map((what) => stateOf(at(what)))).toEqual(originals);
  });
});
