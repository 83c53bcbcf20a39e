/** A dump whose name is not UTF-8: the window opens it by its bytes, and displays them. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { bundledSamples } from '../../src/samples/bundled.ts';
import { describeNeeding } from '../requirements.ts';
import { scratchFolder } from '../scratch-folder.ts';
import { command, testDesk } from './test-desk.ts';

const folder = scratchFolder();
const openOne = testDesk();

describeNeeding('window', 'a dump whose name is not UTF-8', () => {
  it('is opened by its name, also at the next start', async () => {
    const name = Buffer.concat([Buffer.from(`${folder}/gr`), Buffer.of(0xf6, 0xdf), Buffer.from('e.vmcore')]);
    writeFileSync(name, bundledSamples()[0]!.bytes);
    const home = join(folder, 'home');
    // As passed by scripts/node-runtime.mjs and the shell: Node substitutes U+FFFD for invalid UTF-8.
    process.env.DUMPBENCH_ARGUMENT_BYTES = name.toString('base64');
    onTestFinished(() => {
      delete process.env.DUMPBENCH_ARGUMENT_BYTES;
    });
    const desk = await openOne([name.toString('utf8')], { folder: home });
    delete process.env.DUMPBENCH_ARGUMENT_BYTES;
    await desk.page.getByTestId('dump-title').waitFor();
    await desk.page.getByTestId('status-index').getByText('100 %').waitFor();
    const shown = 'gr\\u{dcf6}\\u{dcdf}e.vmcore';
    expect(await desk.page.getByTestId('dump-title').innerText()).toContain(shown);
    await desk.close();
    const again = await openOne([], { folder: home });
    await again.page.getByTestId('dump-title').waitFor();
    expect(await again.page.getByTestId('dump-title').innerText()).toContain(shown);
    // Dialogs cannot return such a name: what they return instead is not a file, and the reason is shown.
    await again.app.evaluate(({ dialog }, path) => {
      dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [path] });
    }, name.toString('utf8'));
    await command(again, 'open dumps');
    await again.page.getByText('it may be one that is not UTF-8, which cannot be passed on').waitFor();
    await again.photograph('odd-name');
    await again.close();
  });
});
