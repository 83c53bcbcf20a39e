// Bundles the desktop app into out/: main, preload, renderer, engine hosts, and the sample dumps.
// With --if-needed it does nothing when no source is newer than the last build.
import { copyFileSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { collectLicences } from './licences.mjs';
import { pinnedNode, runOn } from './node-runtime.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const out = join(root, 'out');
const stamp = join(out, 'built');

/** Newest change below a path, in milliseconds. @param {string} path @returns {number} */
function newest(path) {
  const stat = statSync(path);
  if (!stat.isDirectory()) return stat.mtimeMs;
  return Math.max(stat.mtimeMs, ...readdirSync(path).map((name) => newest(join(path, name))));
}

function isCurrent() {
  const sources = ['src', 'scripts/build.mjs', 'scripts/licences.mjs', 'package.json', 'package-lock.json'].map((name) => newest(join(root, name)));
  try {
    return statSync(stamp).mtimeMs > Math.max(...sources);
  } catch {
    return false;
  }
}

/** Node and Electron are there at run time; SQLite's binding cannot be bundled. */
const external = ['electron', 'better-sqlite3', ...builtinModules, ...builtinModules.map((name) => `node:${name}`)];

/**
 * A bundle for Node or Electron main.
 * @param {Record<string, string>} entries name -> source file
 * @param {string} folder below out/
 * @param {'es' | 'cjs'} format
 */
function nodeBundle(entries, folder, format) {
  return {
    root,
    configFile: false,
    logLevel: 'warn',
    ssr: { noExternal: true, external: ['better-sqlite3'] },
    build: {
      ssr: true,
      outDir: join(out, folder),
      emptyOutDir: true,
      target: 'node20',
      minify: false,
      sourcemap: true,
      rollupOptions: {
        input: entries,
        external,
        output: { format, entryFileNames: format === 'cjs' ? '[name].cjs' : '[name].js', chunkFileNames: 'chunk-[hash].js' },
      },
    },
  };
}

async function bundle() {
  const { build } = await import('vite');
  const { default: react } = await import('@vitejs/plugin-react');
  const source = (path) => join(root, 'src', path);
  await build(nodeBundle({ main: source('main/main.ts') }, 'main', 'es'));
  await build(nodeBundle({ preload: source('preload/preload.ts') }, 'preload', 'cjs'));
  const hosts = readdirSync(source('analysis/host')).filter((name) => name.endsWith('.ts') && name !== 'electron-port.ts');
  await build(nodeBundle(Object.fromEntries(hosts.map((name) => [name.slice(0, -3), source(`analysis/host/${name}`)])), 'engine', 'es'));
  // It lies beside the bundles that look for it.
  copyFileSync(source('analysis/index/page-job/page-job.wasm'), join(out, 'engine', 'page-job.wasm'));
  await build({
    root: source('renderer'),
    configFile: false,
    logLevel: 'warn',
    base: './',
    plugins: [react()],
    worker: { format: 'es' },
    build: {
      outDir: join(out, 'renderer'),
      emptyOutDir: true,
      target: 'chrome130',
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      chunkSizeWarningLimit: 8192,
    },
  });
  // Read by the About page, without network.
  writeFileSync(join(out, 'renderer', 'licences.json'), JSON.stringify(collectLicences(root)));
  const { writeSamples } = await import('../src/samples/bundled.ts');
  const samples = join(out, 'samples');
  rmSync(samples, { recursive: true, force: true });
  mkdirSync(samples, { recursive: true });
  writeSamples(samples);
  // Bundles are ES modules whatever package they end up in.
  writeFileSync(join(out, 'package.json'), '{ "type": "module" }\n');
  writeFileSync(stamp, '');
}

const node = pinnedNode();
if (node !== process.execPath && !process.env.DUMPBENCH_BUILD_CHILD) {
  process.exitCode = await runOn(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], { ...process.env, DUMPBENCH_BUILD_CHILD: '1' });
} else if (process.argv.includes('--if-needed') && isCurrent()) {
  // Nothing changed since the last build.
} else {
  console.log('dumpbench: building the window');
  await bundle();
}
