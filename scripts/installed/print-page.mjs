// print-page.mjs IN OUT: prints a page as PDF with the installed desktop program; ends with 3 and the reason where that cannot be (scripts/print-page.mjs is the checkout's).
// With --display or --program in place of IN it only says whether there is one, and which.
import { spawn } from 'node:child_process';
import { findDisplay } from '../display.mjs';
import { absent, desktopProgram, refusal } from './desktop-program.mjs';

const [page = '', pdf = ''] = process.argv.slice(2);
const program = desktopProgram();
const display = await findDisplay();
if (page === '--display') {
  console.log(display.reason);
  process.exit(display.usable ? 0 : 3);
}
const why = program === undefined ? absent : (refusal() ?? (display.usable || page === '--program' ? undefined : display.reason));
if (program === undefined || why !== undefined) {
  console.error(why);
  process.exit(3);
}
if (page === '--program') {
  console.log(program);
  process.exit(0);
}
const child = spawn(program, ['--print-page', page, pdf], { stdio: ['ignore', 'ignore', 'inherit'] });
child.on('error', (error) => {
  console.error(error.message);
  process.exit(3);
});
child.on('close', (code) => process.exit(code ?? 1));
