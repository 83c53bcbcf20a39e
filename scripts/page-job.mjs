// Builds src/analysis/index/page-job/page-job.wasm from its AssemblyScript source. The result is part of the repository, so
// that nothing has to be built after `npm ci`; a test says when it is not what the source gives.
// With --check it writes nothing and fails when the result differs.
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { main } from 'assemblyscript/asc';

const folder = join(dirname(dirname(fileURLToPath(import.meta.url))), 'src', 'analysis', 'index', 'page-job');
const options = ['--runtime', 'stub', '--enable', 'simd', '--optimizeLevel', '3', '--converge', '--noAssert', '--initialMemory', '2', '--use', 'abort='];

/** @returns {Promise<Uint8Array>} the module as the source gives it */
export async function buildPageJob() {
  const source = 'page-job.ts';
  let binary = new Uint8Array();
  const { error, stderr } = await main([source, '--outFile', 'page-job.wasm', '--baseDir', join(folder, 'assembly'), ...options], {
    readFile: (name, base) => {
      try {
        return readFileSync(join(base, name), 'utf8');
      } catch {
        return null;
      }
    },
    writeFile: (name, contents) => {
      if (name.endsWith('.wasm') && typeof contents !== 'string') binary = contents;
    },
    listFiles: () => [],
  });
  if (error !== null || binary.length === 0) throw new Error(`the page job does not build: ${stderr.toString() || String(error)}`);
  return binary;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const target = join(folder, 'page-job.wasm');
  const built = await buildPageJob();
  if (!process.argv.includes('--check')) writeFileSync(target, built);
  else if (!readFileSync(target).equals(built)) {
    console.error(`${target} is not what its source gives: run node scripts/page-job.mjs`);
    process.exitCode = 1;
  }
}
