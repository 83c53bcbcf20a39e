// The licences of what the window is made of: every production dependency, however deep, with the texts inside its package.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * @typedef {{ name: string, version: string, licence: string, text: string }} Licence
 * `text` holds every licence and notice file of the package, one after the other.
 */

const licenceFile = /^(licen[cs]e|copying|notice|third-?party-?notices)/i;

/** @param {string} folder @returns {string} */
function textsIn(folder) {
  return readdirSync(folder)
    .filter((name) => licenceFile.test(name) && statSync(join(folder, name)).isFile())
    .sort()
    .map((name) => readFileSync(join(folder, name), 'utf8').replaceAll('\r\n', '\n').trim())
    .join('\n\n' + '-'.repeat(72) + '\n\n');
}

/** The last section of a package's README, where that is its licence: some bring no file of it. @param {string} folder @returns {string} */
function textInReadme(folder) {
  const readme = readdirSync(folder).find((name) => /^readme(\.md)?$/i.test(name));
  if (readme === undefined) return '';
  const [, text = ''] = /\n(?:#+ *licen[cs]e *\n|licen[cs]e *\n-+\n)([^]*)$/i.exec(readFileSync(join(folder, readme), 'utf8').replaceAll('\r\n', '\n')) ?? [];
  return text.trim();
}

/** Folder of a package as Node finds it from another: nested ones win. @param {string} name @param {string} from @param {string} root @returns {string | undefined} */
function packageFolder(name, from, root) {
  for (let folder = from; ; folder = dirname(folder)) {
    const found = join(folder, 'node_modules', name);
    if (statSync(join(found, 'package.json'), { throwIfNoEntry: false }) !== undefined) return found;
    if (folder === root || folder === dirname(folder)) return undefined;
  }
}

/**
 * Dumpbench itself, then the packages by their names, then Electron. Throws where a package brings no licence text: it must not be shipped unread.
 * @param {string} root the checkout
 * @returns {Licence[]}
 */
export function collectLicences(root) {
  /** @param {string} folder @returns {{ name: string, version: string, license?: string, dependencies?: Record<string, string>, peerDependencies?: Record<string, string>, main?: string }} */
  const manifestOf = (folder) => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  /** @param {string} folder @returns {Licence} */
  const licenceOf = (folder) => {
    const { name, version, license = 'see text' } = manifestOf(folder);
    const text = textsIn(folder) || textInReadme(folder);
    if (text === '') throw new Error(`${name} ${version} brings no licence text`);
    return { name, version, licence: license, text };
  };
  /** @type {Map<string, Licence>} */
  const found = new Map();
  /** @param {string} folder */
  const visit = (folder) => {
    const { dependencies, peerDependencies } = manifestOf(folder);
    // npm also installs a package's peer dependencies.
    for (const name of Object.keys({ ...dependencies, ...peerDependencies })) {
      const inner = packageFolder(name, folder, root);
      // Types are for the compiler: nothing of them is shipped.
      if (inner === undefined || name.startsWith('@types/') || found.has(inner)) continue;
      found.set(inner, licenceOf(inner));
      visit(inner);
    }
  };
  visit(root);
  const packages = [...found.values()].sort((left, right) => (left.name < right.name ? -1 : 1));
  return [{ ...licenceOf(root), name: 'Dumpbench' }, ...packages, { ...licenceOf(join(root, 'node_modules', 'electron')), name: 'Electron' }];
}

/**
 * Licences of the packages that the command line or the window is made of, as one text for readers of the folder of an installed program. Which of
 * them end up in which bundle changes with the code, so all are named. Electron brings its own texts.
 * @param {string} root the checkout
 */
export const packagesText = (root) =>
  collectLicences(root)
    .filter(({ name }) => name !== 'Dumpbench' && name !== 'Electron')
    .map(({ name, version, licence, text }) => `${name} ${version} (${licence})\n\n${text}\n`)
    .join(`\n${'='.repeat(100)}\n\n`);
