// Builds the WebAssembly parts from their AssemblyScript sources. The results are part of the repository, so that nothing
// has to be built after `npm ci`; a test says when one is not what its source gives.
// With --check it writes nothing and fails when a result differs.
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { main } from 'assemblyscript/asc';

const analysis = join(dirname(dirname(fileURLToPath(import.meta.url))), 'src', 'analysis');
const options = ['--runtime', 'stub', '--enable', 'simd', '--optimizeLevel', '3', '--converge', '--noAssert', '--use', 'abort='];

/** As text where the importing folder may not read files. @param {string} source @param {string} name */
const asText = (source, name) => (/** @type {Uint8Array} */ binary) =>
  Buffer.from(`/** assembly/${source} as scripts/page-job.mjs builds it, in base64. */
export const ${name} =
  '${Buffer.from(binary).toString('base64')}';
`);

const modules = [
  {
    folder: join(analysis, 'page-index', 'page-job'),
    source: 'page-job.ts',
    target: 'page-job.wasm',
    memory: '2',
    data: '0',
    form: (binary) => Buffer.from(binary),
  },
  {
    folder: join(analysis, 'codec', 'page-codecs'),
    source: 'page-codecs.ts',
    target: 'page-codecs-module.ts',
    memory: '14',
    data: '49152',
    form: asText('page-codecs.ts', 'pageCodecsModule'),
  },
];

/** @param {{ folder: string, source: string, memory: string, data: string }} module @returns {Promise<Uint8Array>} as the source gives it */
async function build({ folder, source, memory, data }) {
  let binary = new Uint8Array();
  const command = [source, '--outFile', 'out.wasm', '--baseDir', join(folder, 'assembly'), '--initialMemory', memory, '--memoryBase', data, ...options];
  const { error, stderr } = await main(command, {
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
  if (error !== null || binary.length === 0) throw new Error(`${source} does not build: ${stderr.toString() || String(error)}`);
  return binary;
}

for (const module of modules) {
  const target = join(module.folder, module.target);
  const built = module.form(await build(module));
  if (!process.argv.includes('--check')) writeFileSync(target, built);
  else if (!readFileSync(target).equals(built)) {
    console.error(`${target} is not what its source gives: run node scripts/page-job.mjs`);
    process.exitCode = 1;
  }
}
