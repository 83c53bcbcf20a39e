// A package for Fedora, Red Hat, SUSE and their relatives, out of a tree (tree.mjs): the same files, owners and modes as the deb. The databases of the
// desktop are kept by file triggers of their own packages.
import { lstatSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { copyTree } from './copy-tree.mjs';
import { architectures, isQuick, leastGlibc, libraries, product } from './product.mjs';
import { runTool } from './run-tool.mjs';

/** Folders that are ours alone, and go with the package. */
const ownFolders = [`lib/${product.name}`, `share/doc/${product.name}`];

/** A name in the list of files: quoted, and nothing in it is a macro or a pattern. @param {string} name */
const quoted = (name) => `"/usr/${name.replaceAll('%', '%%').replace(/[*?[\]{}\\]/g, '\\$&')}"`;

/** Lines of the list of files. @param {string} tree */
function fileList(tree) {
  const entries = readdirSync(tree, { recursive: true, withFileTypes: true });
  return entries.flatMap((entry) => {
    const file = path.join(entry.parentPath, entry.name);
    const name = path.relative(tree, file);
    if (entry.isDirectory()) return ownFolders.some((own) => name === own || name.startsWith(`${own}/`)) ? [`%dir ${quoted(name)}`] : [];
    const mode = lstatSync(file).mode & 0o7777;
    return entry.isSymbolicLink() ? [quoted(name)] : [`%attr(${mode.toString(8).padStart(4, '0')},root,root) ${quoted(name)}`];
  });
}

/** @param {string} copy of the tree, which goes @param {string} version */
function spec(copy, version) {
  return [
    // Nothing of what rpmbuild does to the files of others: no stripping, no compressed pages, no requirements guessed.
    '%global debug_package %{nil}',
    '%global __os_install_post %{nil}',
    '%global _build_id_links none',
    '%global _binary_payload ' + (isQuick() ? 'w.ufdio' : 'w6.xzdio'),
    `Name: ${product.name}`,
    `Version: ${version}`,
    'Release: 1',
    `Summary: ${product.summary}`,
    `License: ${product.license}`,
    `Vendor: ${product.author}`,
    `Packager: ${product.author}`,
    ...(product.homepage === undefined ? [] : [`URL: ${product.homepage}`]),
    'Group: Development/Debuggers',
    'AutoReqProv: no',
    `Requires: libc.so.6(GLIBC_${leastGlibc})(64bit)`,
    ...libraries.map(({ file }) => `Requires: ${file}()(64bit)`),
    'Requires: shared-mime-info',
    'Recommends: desktop-file-utils',
    'Recommends: xdg-utils',
    'Suggests: crash',
    'Suggests: makedumpfile',
    '%description',
    ...product.about,
    '%install',
    `mkdir -p %{buildroot}`,
    `mv "${copy}" %{buildroot}/usr`,
    '%files',
    '%defattr(-,root,root,0755)',
    ...fileList(copy),
    '',
  ].join('\n');
}

/**
 * @param {string} tree what belongs under /usr
 * @param {string} folder where the package goes
 * @param {{ arch: string, version?: string }} options `arch` as Node names it
 * @returns {Promise<{ file: string }>} path of the package
 */
export async function makeRpm(tree, folder, { arch, version = product.version }) {
  const rpmArch = architectures[arch]?.rpm ?? arch;
  const work = mkdtempSync(path.join(tmpdir(), 'dumpbench-rpm-'));
  try {
    const file = path.join(work, `${product.name}.spec`);
    const copy = path.join(work, 'usr');
    copyTree(tree, copy);
    writeFileSync(file, spec(copy, version));
    await runTool('rpmbuild', ['-bb', '--quiet', '--target', rpmArch, '--define', `_topdir ${work}`, '--define', `_rpmdir ${work}/made`, file]);
    const name = `${product.name}-${version}-1.${rpmArch}.rpm`;
    const made = path.join(folder, name);
    mkdirSync(folder, { recursive: true });
    await runTool('mv', [path.join(work, 'made', rpmArch, name), made]);
    return { file: made };
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
