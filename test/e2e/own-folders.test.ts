/** User folders that others can write to: the window rejects them with a message and uses private ones. */
import { chmodSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { bundledSamples } from '../../src/samples/bundled.ts';
import { describeNeeding } from '../requirements.ts';
import { scratchFolder } from '../scratch-folder.ts';
import { testDesk } from './test-desk.ts';

const root = scratchFolder();
const openOne = testDesk();

describeNeeding('window', 'a folder that others may write to', () => {
  it.each(['user', join('user', 'Code Cache'), join('cache', 'dumpbench')])('is not used: %s', async (name) => {
    const sample = join(root, 'sample.vmcore');
    writeFileSync(sample, bundledSamples()[0]!.bytes);
    const folder = join(root, name.replaceAll(/\W/g, '-'));
    mkdirSync(join(folder, name), { recursive: true, mode: 0o700 });
    chmodSync(join(folder, name), 0o777);
    // In a folder that no other user can enter, modes do not matter.
    if (name !== 'user') chmodSync(join(folder, name, '..'), 0o755);
    const before = readdirSync(join(folder, name));
    const desk = await openOne([sample], { folder });
    onTestFinished(() => {
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    });
    const { page } = desk;
    await page.getByTestId('dump-title').waitFor();
    await page.getByText('others may write to it (mode 0777)').waitFor();
    await page.getByText('is used instead').waitFor();
    await page.getByTestId('status-index').getByText('100 %').waitFor();
    await desk.close();
    const user = String(process.getuid?.() ?? 'user');
    expect(existsSync(join(folder, name.startsWith('user') ? `user-${user}` : join('cache', `dumpbench-${user}`)))).toBe(true);
    if (name !== 'user') expect(readdirSync(join(folder, name))).toEqual(before);
    expect(existsSync(join(folder, 'user', 'config.json'))).toBe(!name.startsWith('user'));
  });
});
