// An AppImage out of a tree (tree.mjs): AppImage's own runtime, which mounts what follows it, and the tree as a squashfs. The program is never told to do
// without its sandbox. Where the runtime cannot be had, only the squashfs is written, under a name that says so.
import { chmodSync, createReadStream, createWriteStream, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { Arch, archFromString } from 'electron-builder';
import { copyTree } from './copy-tree.mjs';
import { desktopEntry } from './desktop-entry.mjs';
import { isQuick, product } from './product.mjs';
import { runTool } from './run-tool.mjs';
import { desktopFolder } from './tree.mjs';

/** Version of electron-builder's collection of AppImage's tools, which pins their digests. */
const toolset = '1.0.3';

/** ARGV0 is set by the runtime: the name by which the AppImage was called. */
const appRun = `#!/bin/sh
# Starts the window; called through a link named ${product.name}, the command line.
here=\${APPDIR:-$(dirname -- "$(readlink -f -- "$0")")}
case \${ARGV0##*/} in
  ${product.name}) exec "$here/usr/bin/${product.name}" "$@" ;;
  *) exec "$here/usr/${desktopFolder}/${product.name}" "$@" ;;
esac
`;

/**
 * AppImage's runtime: from the folder in APPIMAGE_TOOLS_PATH, or downloaded with the digest that electron-builder pins.
 * @param {string} arch
 * @returns {Promise<string>} path
 */
async function findRuntime(arch) {
  const require = createRequire(createRequire(import.meta.url).resolve('electron-builder'));
  const { getAppImageTools } = require('app-builder-lib/out/toolsets/linux');
  const { runtime } = await getAppImageTools(toolset, archFromString(arch) ?? Arch.x64);
  return runtime;
}

/** @param {string} tree @param {string} folder that does not exist @param {import('../../src/shared/catalogue-model.ts').Catalogue} catalogue */
function layAppDir(tree, folder, catalogue) {
  mkdirSync(folder);
  copyTree(tree, path.join(folder, 'usr'));
  writeFileSync(path.join(folder, 'AppRun'), appRun);
  chmodSync(path.join(folder, 'AppRun'), 0o755);
  // The desktop integration of AppImages replaces the path, and knows the program by its name.
  const entry = desktopEntry(catalogue, product.name).replace(/\n$/, `\nX-AppImage-Version=${product.version}\n`);
  writeFileSync(path.join(folder, `${product.name}.desktop`), entry);
  const icon = `usr/share/icons/hicolor/256x256/apps/${product.name}.png`;
  symlinkSync(icon, path.join(folder, `${product.name}.png`));
  symlinkSync(icon, path.join(folder, '.DirIcon'));
}

/**
 * @param {string} tree
 * @param {string} folder where it goes
 * @param {{ arch: string, catalogue: import('../../src/shared/catalogue-model.ts').Catalogue }} options
 * @returns {Promise<{ file: string, lack?: string }>} path of what was made; `lack`: why it is no AppImage
 */
export async function makeAppImage(tree, folder, { arch, catalogue }) {
  const name = `${product.name}-${product.version}-linux-${arch}`;
  const work = mkdtempSync(path.join(tmpdir(), 'dumpbench-appimage-'));
  try {
    const appDir = path.join(work, 'AppDir');
    layAppDir(tree, appDir, catalogue);
    mkdirSync(folder, { recursive: true });
    const payload = path.join(folder, `${name}.AppDir.squashfs`);
    rmSync(payload, { force: true });
    const packing = isQuick() ? ['-noI', '-noD', '-noF', '-noX'] : ['-comp', 'zstd', '-Xcompression-level', '19'];
    await runTool('mksquashfs', [appDir, payload, '-root-owned', '-noappend', '-no-progress', ...packing]);
    let runtime;
    try {
      runtime = await findRuntime(arch);
    } catch (error) {
      return { file: payload, lack: `AppImage's runtime could not be had (${error instanceof Error ? error.message.split('\n')[0] : String(error)})` };
    }
    const image = path.join(folder, `${name}.AppImage`);
    await pipeline(createReadStream(runtime), createWriteStream(image, { mode: 0o755 }));
    await pipeline(createReadStream(payload), createWriteStream(image, { flags: 'a' }));
    rmSync(payload);
    return { file: image };
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
