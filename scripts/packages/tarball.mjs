// The tree (tree.mjs) in a folder of its own, to be unpacked anywhere.
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { isQuick, product } from './product.mjs';
import { runTool } from './run-tool.mjs';

/**
 * @param {string} tree
 * @param {string} folder where the archive goes
 * @param {{ arch: string }} options
 * @returns {Promise<{ file: string }>} path of the archive
 */
export async function makeTarball(tree, folder, { arch }) {
  const name = `${product.name}-${product.version}-linux-${arch}`;
  const made = path.join(folder, `${name}.tar.gz`);
  mkdirSync(folder, { recursive: true });
  const owner = ['--owner=root:0', '--group=root:0', '--sort=name', '--format=posix', '--pax-option=delete=atime,delete=ctime'];
  // A setuid bit would apply to the user who unpacks it.
  const modes = ['--mode=u-s,go-w'];
  await runTool('tar', [...owner, ...modes, `--transform=s,^\\.,${name},rSh`, '-I', `gzip -n ${isQuick() ? '-1' : '-9'}`, '-cf', made, '-C', tree, '.']);
  return { file: made };
}
