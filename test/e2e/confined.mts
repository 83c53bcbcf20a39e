/** Opens the window on a dump inside whatever confinement this process runs in, and prints what the page shows as JSON. */
import { networkInterfaces } from 'node:os';
import { openDesk } from './desk.ts';

const [path = ''] = process.argv.slice(2);
const desk = await openDesk([path]);
try {
  await desk.page.getByTestId('dump-title').waitFor();
  const title = await desk.page.getByTestId('dump-title').innerText();
  const health = await desk.page.getByTestId('health').innerText();
  process.stdout.write(`${JSON.stringify({ title, health, interfaces: Object.keys(networkInterfaces()) })}\n`);
} finally {
  await desk.close();
}
