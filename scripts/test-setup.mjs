// npm run test:setup [-- ID...]: installs what the tests need beyond npm's packages (test-requirements.mjs): packages of the system as root on
// Debian or a relative of it, else it prints the line that does; an Electron runtime into the user's cache folder.
import { canInstallPackages, installLine, installPackages } from './system-packages.mjs';
import { lacking, requirements } from './test-requirements.mjs';

const ids = process.argv.slice(2);
const unknown = ids.filter((id) => !requirements.some((one) => one.id === id));
if (unknown.length > 0) {
  console.error(`test setup: there is no ${unknown.join(', ')}; there are ${requirements.map(({ id }) => id).join(', ')}`);
  process.exit(2);
}
/** @param {string} line */
const log = (line) => console.log(`test setup: ${line}`);

/** What is missing of what was asked for. */
const missing = async () => (await lacking()).filter(({ id }) => ids.length === 0 || ids.includes(id));

/** Does one step; a failure is said and left to the last look. @param {() => Promise<unknown>} step */
async function attempt(step) {
  try {
    await step();
  } catch (error) {
    log(error instanceof Error ? error.message : String(error));
  }
}

const before = await missing();
const packages = [...new Set(before.flatMap((one) => one.packages))];
if (packages.length > 0 && canInstallPackages()) {
  log(`installing ${packages.join(' ')}`);
  await attempt(() => installPackages(packages));
}
for (const { fetch } of before) if (fetch !== undefined) await attempt(() => fetch(log));

const after = await missing();
for (const { id, lack, packages: own } of after) log(`${id} is still missing (${lack}); packages: ${installLine(own)}`);
if (after.length === 0) log('everything is here');
process.exitCode = after.length === 0 ? 0 : 1;
