// print-page.mjs IN OUT: prints a page as PDF with the desktop program of this checkout. Ends with 3 and the reason where that cannot be started;
// it downloads nothing.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findDisplay } from './display.mjs';
import { checkElectronLibraries } from './electron-libraries.mjs';
import { findElectron } from './electron-runtime.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const [page = '', pdf = ''] = process.argv.slice(2);

/** Why the program cannot print here. */
async function lack() {
  if (!existsSync(join(root, 'out/main/main.js'))) return 'it is not built (npm run build)';
  const runtime = findElectron();
  if (runtime === undefined) return 'there is no Electron (npm start gets one)';
  const libraries = await checkElectronLibraries(runtime.executable);
  if (!libraries.complete) return libraries.advice ?? `it lacks ${libraries.missing.join(', ')}`;
  const display = await findDisplay();
  return display.usable ? undefined : display.reason;
}

const why = await lack();
if (why !== undefined) {
  console.error(why);
  process.exit(3);
}
const asRoot = process.platform === 'linux' && process.getuid?.() === 0;
const executable = findElectron()?.executable ?? '';
const child = spawn(executable, [root, ...(asRoot ? ['--no-sandbox'] : []), '--print-page', page, pdf], { stdio: ['ignore', 'ignore', 'inherit'] });
child.on('error', (error) => {
  console.error(error.message);
  process.exit(3);
});
child.on('close', (code) => process.exit(code ?? 1));
