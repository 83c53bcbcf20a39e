// The tree that every package for Linux carries: under /usr in deb and rpm, under a folder of its own in the others.
//   bin, lib/dumpbench, share   the command line with the pinned Node (scripts/cli-payload.mjs)
//   lib/dumpbench/desktop       the desktop program, as electron-builder lays it
//   share                       what tells a desktop of the program and its files
import { chmodSync, copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { layCliPayload } from '../cli-payload.mjs';
import { mimePackage } from '../file-associations.mjs';
import { writeInstallationList } from '../installation-list.mjs';
import { copyTree } from './copy-tree.mjs';
import { copyright } from './copyright.mjs';
import { desktopEntry } from './desktop-entry.mjs';
import { product } from './product.mjs';

const project = fileURLToPath(new URL('../..', import.meta.url));
const iconSizes = [16, 24, 32, 48, 64, 128, 256, 512];

/** Where the desktop program lies below the root of the tree. */
export const desktopFolder = `lib/${product.name}/desktop`;

/** @param {string} root @param {string} name @param {string | Buffer} content */
function write(root, name, content) {
  const file = path.join(root, name);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, content, { mode: 0o644 });
}

/** Chromium's other way into its sandbox, for systems on which users make no namespaces. @param {string} desktop */
function makeSandboxHelper(desktop) {
  const helper = path.join(desktop, 'chrome-sandbox');
  // A file of its own: the mode belongs to all links of one.
  const copy = `${helper}.copy`;
  copyFileSync(helper, copy);
  renameSync(copy, helper);
  chmodSync(helper, 0o4755);
}

/** One Node for the command line and for the engine of the window. @param {string} desktop */
function shareNode(desktop) {
  const folder = path.join(desktop, 'resources', 'node');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(path.join(folder, 'bin'), { recursive: true });
  const link = path.join(folder, 'bin', 'node');
  const node = path.join(desktop, '..', 'node');
  if (!existsSync(node)) throw new Error(`there is no ${node}`);
  symlinkSync(path.relative(path.dirname(link), node), link);
}

/** Debian wants them compressed; all systems read them so. @param {string} folder */
function compressManualPages(folder) {
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = path.join(entry.parentPath, entry.name);
    writeFileSync(`${file}.gz`, gzipSync(readFileSync(file), { level: 9 }), { mode: 0o644 });
    rmSync(file);
  }
}

/**
 * @param {string} root a folder that does not exist
 * @param {{ unpacked: string, catalogue: import('../../src/shared/catalogue-model.ts').Catalogue, arch: string, exec?: string }} options
 *   `unpacked`: what electron-builder made; `exec`: how the desktop starts the program, if not where it lies under /usr
 */
export async function layTree(root, { unpacked, catalogue, arch, exec = `/usr/${desktopFolder}/${product.name}` }) {
  mkdirSync(root, { recursive: true });
  await layCliPayload(root, { platform: 'linux', arch, desktop: `desktop/${product.name}` });
  const desktop = path.join(root, desktopFolder);
  copyTree(unpacked, desktop);
  shareNode(desktop);
  makeSandboxHelper(desktop);
  writeInstallationList(path.join(root, 'lib', product.name));
  compressManualPages(path.join(root, 'share', 'man'));
  write(root, `share/doc/${product.name}/copyright`, copyright());
  write(root, `share/applications/${product.name}.desktop`, desktopEntry(catalogue, exec));
  write(root, `share/mime/packages/${product.name}.xml`, mimePackage(catalogue));
  for (const size of iconSizes) {
    const icon = readFileSync(path.join(project, 'resources/icons', `${size}x${size}.png`));
    write(root, `share/icons/hicolor/${size}x${size}/apps/${product.name}.png`, icon);
  }
  write(root, `share/icons/hicolor/scalable/apps/${product.name}.svg`, readFileSync(path.join(project, 'resources/icons/icon.svg')));
  write(root, `share/doc/${product.name}/changelog.gz`, gzipSync(readFileSync(path.join(project, 'CHANGELOG.md')), { level: 9 }));
}
