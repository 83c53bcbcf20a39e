// A package for Debian and its relatives, out of a tree (tree.mjs). The databases of the desktop are kept by triggers of Debian's own packages, so
// there are no scripts that run as root.
import { createHash } from 'node:crypto';
import { lstatSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { copyTree } from './copy-tree.mjs';
import { architectures, isQuick, leastGlibc, libraries, product } from './product.mjs';
import { runTool } from './run-tool.mjs';

/** @param {{ debian: string, t64?: true }} library */
const dependency = ({ debian, t64 }) => (t64 ? `${debian} | ${debian}t64` : debian);

export const debDepends = [`libc6 (>= ${leastGlibc})`, ...new Set(libraries.map(dependency)), 'shared-mime-info'];
export const debRecommends = ['desktop-file-utils', 'xdg-utils'];
const suggests = ['crash', 'makedumpfile'];

/** Files and links of a tree, as paths from its root. @param {string} tree */
const filesOf = (tree) =>
  readdirSync(tree, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => path.relative(tree, path.join(entry.parentPath, entry.name)))
    .sort();

/** @param {string} version @param {string} arch @param {number} bytes */
const control = (version, arch, bytes) =>
  [
    `Package: ${product.name}`,
    `Version: ${version}`,
    `Architecture: ${arch}`,
    `Maintainer: ${product.author}`,
    `Installed-Size: ${Math.ceil(bytes / 1024)}`,
    `Depends: ${debDepends.join(', ')}`,
    `Recommends: ${debRecommends.join(', ')}`,
    `Suggests: ${suggests.join(', ')}`,
    'Section: devel',
    'Priority: optional',
    ...(product.homepage === undefined ? [] : [`Homepage: ${product.homepage}`]),
    `Description: ${product.summary}`,
    ...product.about.map((line) => ` ${line}`),
    '',
  ].join('\n');

/**
 * @param {string} tree what belongs under /usr
 * @param {string} folder where the package goes
 * @param {{ arch: string, version?: string }} options `arch` as Node names it
 * @returns {Promise<{ file: string }>} path of the package
 */
export async function makeDeb(tree, folder, { arch, version = product.version }) {
  const debArch = architectures[arch]?.deb ?? arch;
  const work = mkdtempSync(path.join(tmpdir(), 'dumpbench-deb-'));
  try {
    const files = filesOf(tree);
    const sums = files
      .filter((file) => lstatSync(path.join(tree, file)).isFile())
      .map(
        (file) =>
          `${createHash('md5')
            .update(readFileSync(path.join(tree, file)))
            .digest('hex')}  usr/${file}\n`,
      );
    const bytes = files.reduce((sum, file) => sum + lstatSync(path.join(tree, file)).size, 0);
    mkdirSync(path.join(work, 'DEBIAN'));
    writeFileSync(path.join(work, 'DEBIAN', 'control'), control(version, debArch, bytes));
    writeFileSync(path.join(work, 'DEBIAN', 'md5sums'), sums.join(''));
    copyTree(tree, path.join(work, 'usr'));
    await runTool('chmod', ['0755', work, path.join(work, 'DEBIAN'), path.join(work, 'usr')]);
    const made = path.join(folder, `${product.name}_${version}_${debArch}.deb`);
    mkdirSync(folder, { recursive: true });
    await runTool('dpkg-deb', ['--root-owner-group', ...(isQuick() ? ['-Znone'] : ['-Zxz', '-z6']), '--build', work, made]);
    return { file: made };
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
