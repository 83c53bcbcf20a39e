// Bundles the desktop app into out/: main, preload, renderer, engine hosts, and the sample dumps; and the command line.
// With --if-needed it does nothing when no source is newer than the last build, with --cli it bundles the command line only.
import { copyFileSync, cpSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cliSources, cliStamp, isCurrent } from './bundle-age.mjs';
import { collectLicences } from './licences.mjs';
import { pinnedNode, runOn } from './node-runtime.mjs';

// What is built is what people run, also where a test or a shell has set something else: React's other build runs effects twice.
process.env.NODE_ENV = 'production';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const out = join(root, 'out');
const stamp = 'built';

/** Those that src/files/print-fonts.ts puts into a page. */
const printFont = /-latin-(400|500|600)-normal\.woff2$/;

/** Node and Electron are there at run time; SQLite's binding cannot be bundled. */
const external = ['electron', 'better-sqlite3', ...builtinModules, ...builtinModules.map((name) => `node:${name}`)];

/**
 * A bundle for Node or Electron main.
 * @param {Record<string, string>} entries name -> source file
 * @param {string} folder below out/
 * @param {'es' | 'cjs'} format
 * @param {boolean} [fresh] removes what was in the folder
 */
function nodeBundle(entries, folder, format, fresh = true) {
  return {
    root,
    configFile: false,
    logLevel: 'warn',
    ssr: { noExternal: true, external: ['better-sqlite3'] },
    build: {
      ssr: true,
      outDir: join(out, folder),
      emptyOutDir: fresh,
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

/** @param {string} path */
const source = (path) => join(root, 'src', path);
const hosts = () => {
  const names = readdirSync(source('analysis/host')).filter((name) => name.endsWith('.ts') && !name.endsWith('-port.ts'));
  return Object.fromEntries(names.map((name) => [name.slice(0, -3), source(`analysis/host/${name}`)]));
};

/**
 * Bundles the engine's threads and processes; what they look for next to themselves goes with them.
 * @param {string} folder
 * @param {Record<string, string>} [more] other processes, as name -> source file
 */
async function bundleEngine(folder, more = {}) {
  const { build } = await import('vite');
  const { 'page-worker': pageWorker, ...others } = hosts();
  await build(nodeBundle({ ...others, ...more }, folder, 'es'));
  // By itself: a page worker should load what it needs and no more.
  await build(nodeBundle({ 'page-worker': pageWorker }, folder, 'es', false));
  copyFileSync(source('analysis/page-index/page-job/page-job.wasm'), join(out, folder, 'page-job.wasm'));
  // The disassembler as it is: it looks for its other file next to itself, and is loaded when it is first needed (src/analysis/arch/decoder.ts).
  const capstone = join(root, 'node_modules', '@alexaltea', 'capstone-js', 'dist');
  copyFileSync(join(capstone, 'capstone.js'), join(out, folder, 'capstone.cjs'));
  copyFileSync(join(capstone, 'capstone.wasm'), join(out, folder, 'capstone.wasm'));
}

/** What the command line runs or reads where it is installed without the checkout: scripts as they are, man pages, completion, and the fonts of printed pages. */
async function writeBesideCli() {
  const scripts = ['display.mjs', 'make-folder.mjs', 'node-runtime.mjs', 'sample-files.mjs', 'user-cache-folder.mjs'];
  for (const name of scripts) cpSync(join(root, 'scripts', name), join(out, 'cli', 'scripts', name));
  cpSync(join(root, 'scripts', 'installed'), join(out, 'cli', 'scripts', 'installed'), {
    recursive: true,
    filter: (path) => !/(dumpbench(\.cmd|\.mjs)?|README\.md)$/.test(path),
  });
  const fonts = join(out, 'cli', 'fonts');
  mkdirSync(fonts, { recursive: true });
  const { writeManPages } = await import('./man-pages.ts');
  const { shellScripts } = await import('../src/cli/completion/shells.ts');
  const share = join(out, 'cli', 'share');
  writeManPages(join(share, 'man', 'man1'));
  const places = { bash: 'bash-completion/completions/dumpbench', zsh: 'zsh/site-functions/_dumpbench', fish: 'fish/vendor_completions.d/dumpbench.fish' };
  for (const [shell, place] of Object.entries(places)) {
    mkdirSync(dirname(join(share, place)), { recursive: true });
    writeFileSync(join(share, place), shellScripts[/** @type {keyof typeof shellScripts} */ (shell)]);
  }
  for (const family of ['sans', 'mono']) {
    const folder = join(root, 'node_modules', '@fontsource', `ibm-plex-${family}`);
    copyFileSync(join(folder, 'LICENSE'), join(fonts, `LICENSE-ibm-plex-${family}`));
    for (const name of readdirSync(join(folder, 'files'))) if (printFont.test(name)) copyFileSync(join(folder, 'files', name), join(fonts, name));
  }
}

/**
 * What talks to the databases of fleets (src/fleet/database/drivers.ts), and what writes Parquet: four packages in one script, which is loaded when a catalogue is opened, and PGlite
 * as it is, because it looks for its other files next to itself.
 * @param {string} folder
 */
async function bundleFleetDrivers(folder) {
  const { build } = await import('vite');
  const drivers = nodeBundle({ 'fleet-drivers': join(root, 'scripts', 'fleet-drivers.mjs') }, folder, 'cjs', false);
  Object.assign(drivers.build, { sourcemap: false, minify: true });
  // Each is asked for and done without: a native binding, another runtime's sockets.
  Object.assign(drivers.build.rollupOptions, { external: [...external, 'pg-native', 'pg-cloudflare', '@electric-sql/pglite'] });
  await build(drivers);
  const pglite = join(root, 'node_modules', '@electric-sql', 'pglite', 'dist');
  mkdirSync(join(out, folder, 'pglite'), { recursive: true });
  for (const name of ['index.cjs', 'pglite.wasm', 'pglite.data', 'initdb.wasm']) copyFileSync(join(pglite, name), join(out, folder, 'pglite', name));
  // Below a package of ES modules it has to say that it is none.
  writeFileSync(join(out, folder, 'pglite', 'package.json'), '{ "type": "commonjs" }\n');
}

/** The command line starts some six times as fast from a bundle; without one it runs from its sources. */
async function bundleCli() {
  const { build } = await import('vite');
  const { writeCli } = await import('./cli-bundle.mjs');
  await bundleEngine('cli');
  await bundleFleetDrivers('cli');
  const bundle = nodeBundle({ program: source('cli/program.ts') }, 'cli', 'cjs', false);
  Object.assign(bundle.build, { write: false, sourcemap: false });
  Object.assign(bundle.build.rollupOptions.output, { preserveModules: true, preserveModulesRoot: root });
  const { output } = await build(bundle);
  await writeCli(join(out, 'cli'), output, 'program.cjs');
  await writeBesideCli();
  // Bundles are ES modules whatever package they end up in.
  writeFileSync(join(out, 'package.json'), '{ "type": "module" }\n');
  // Which V8 the code next to it is of.
  writeFileSync(join(out, cliStamp), process.version);
}

async function bundle() {
  const { build } = await import('vite');
  const { default: react } = await import('@vitejs/plugin-react');
  await build(nodeBundle({ main: source('main/main.ts') }, 'main', 'es'));
  await build(nodeBundle({ preload: source('preload/preload.ts') }, 'preload', 'cjs'));
  // What has a catalogue open starts engines that search dumps, and finds them next to itself.
  await bundleEngine('engine', { 'fleet-process': source('fleet/host/fleet-process.ts') });
  await bundleFleetDrivers('engine');
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
  const { bundledSamples } = await import('../src/samples/bundled.ts');
  const samples = join(out, 'samples');
  rmSync(samples, { recursive: true, force: true });
  mkdirSync(samples, { recursive: true });
  const all = bundledSamples();
  for (const { name, bytes } of all) writeFileSync(join(samples, name), bytes);
  writeFileSync(join(samples, 'about.json'), JSON.stringify(Object.fromEntries(all.map(({ name, description }) => [name, description]))));
  await bundleCli();
  writeFileSync(join(out, stamp), '');
}

const node = pinnedNode();
if (node !== process.execPath && !process.env.DUMPBENCH_BUILD_CHILD) {
  process.exitCode = await runOn(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], { ...process.env, DUMPBENCH_BUILD_CHILD: '1' });
} else if (process.argv.includes('--cli')) {
  if (!isCurrent(cliStamp, cliSources)) await bundleCli();
} else if (process.argv.includes('--if-needed') && isCurrent(stamp, ['.'])) {
  // Nothing changed since the last build.
} else {
  console.log('dumpbench: building the window');
  await bundle();
}
