// print-page.mjs IN OUT: prints a page as PDF with the desktop program of this checkout. Ends with 3 and the reason where that cannot be started;
// it downloads nothing. With --display or --program in place of IN it only says whether there is one, and which (src/cli/machine-parts.ts).
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findDisplay } from './display.mjs';
import { checkElectronLibraries } from './electron-libraries.mjs';
import { findElectron } from './electron-runtime.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const [page = '', pdf = ''] = process.argv.slice(2);

/** Why the program cannot be started. */
async function noProgram() {
  if (!existsSync(join(root, 'out/main/main.js'))) return 'it is not built (npm run build)';
  const runtime = findElectron();
  if (runtime === undefined) return 'there is no Electron (npm start gets one)';
  const libraries = await checkElectronLibraries(runtime.executable);
  return libraries.complete ? undefined : (libraries.advice ?? `it lacks ${libraries.missing.join(', ')}`);
}

const display = await findDisplay();
if (page === '--display') {
  console.log(display.reason);
  process.exit(display.usable ? 0 : 3);
}
const why = (await noProgram()) ?? (display.usable || page === '--program' ? undefined : display.reason);
if (why !== undefined) {
  console.error(why);
  process.exit(3);
}
if (page === '--program') {
  console.log(findElectron()?.executable);
  process.exit(0);
}
const asRoot = process.platform === 'linux' && process.getuid?.() === 0;
const executable = findElectron()?.executable ?? '';
const child = spawn(executable, [root, ...(asRoot ? ['--no-sandbox'] : []), '--print-page', page, pdf], { stdio: ['ignore', 'ignore', 'inherit'] });
child.on('error', (error) => {
  console.error(error.message);
  process.exit(3);
});
child.on('close', (code) => process.exit(code ?? 1));
