// Which files a desktop opens with the packaged Dumpbench: those of the formats in the catalogue, and sessions.

/** @typedef {import('../src/shared/catalogue-model.ts').FileType} FileType */

/** What the window keeps of a person's work. @type {FileType} */
const session = { extension: 'dumpbench.json', mimeType: 'application/x-dumpbench+json', title: 'Dumpbench session' };

/** What a desktop should take a file for that it cannot open with Dumpbench, and may with something else. @type {Readonly<Record<string, string>>} */
const moreGeneral = { 'application/x-linux-vmcore': 'application/x-core', [session.mimeType]: 'application/json' };

/**
 * Several formats may be one kind of file to a desktop.
 * @param {import('../src/shared/catalogue-model.ts').Catalogue} catalogue what `dumpbench catalogue --json` prints
 * @returns {readonly FileType[]}
 */
export function fileTypes({ formats }) {
  const types = new Map(formats.flatMap(({ fileType }) => (fileType === undefined ? [] : [[fileType.mimeType, fileType]])));
  return [...types.values(), session];
}

/**
 * As electron-builder takes them.
 * @param {import('../src/shared/catalogue-model.ts').Catalogue} catalogue
 * @returns {import('electron-builder').FileAssociation[]}
 */
export function fileAssociations(catalogue) {
  return fileTypes(catalogue).map(({ extension, mimeType, title }) => ({
    ext: extension,
    name: title,
    description: title,
    mimeType,
    ...(mimeType === session.mimeType ? { role: 'Editor' } : { role: 'Viewer', rank: 'Alternate' }),
  }));
}

/** @param {string} text */
const escaped = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');

/** Bytes as the specification writes them in a string: printable ASCII as it is, all else in hexadecimal. @param {string} hex */
function matchValue(hex) {
  const bytes = [...Buffer.from(hex, 'hex')];
  return bytes.map((byte) => (byte > 0x20 && byte < 0x7f && byte !== 0x5c ? String.fromCharCode(byte) : `\\x${byte.toString(16).padStart(2, '0')}`)).join('');
}

/**
 * Marks that must all be there are matches inside each other.
 * @param {readonly import('../src/shared/catalogue-model.ts').FileMark[]} marks
 * @param {string} indent
 * @returns {string}
 */
function matches([mark, ...rest], indent) {
  if (mark === undefined) return '';
  const { offset, to, hex } = mark;
  const start = `${indent}<match type="string" offset="${to === undefined ? offset : `${offset}:${to}`}" value="${escaped(matchValue(hex))}"`;
  return rest.length === 0 ? `${start}/>\n` : `${start}>\n${matches(rest, `${indent}  `)}${indent}</match>\n`;
}

/** @param {FileType} type */
function mimeType({ extension, mimeType: name, title, names = [], magic = [] }) {
  const parent = moreGeneral[name];
  const lines = [
    `    <comment>${escaped(title)}</comment>\n`,
    '    <icon name="dumpbench"/>\n',
    ...(parent === undefined ? [] : [`    <sub-class-of type="${parent}"/>\n`]),
    // Above the 50 of application/zip and application/x-core, which these files are too.
    ...(magic.length === 0 ? [] : [`    <magic priority="70">\n${magic.map((marks) => matches(marks, '      ')).join('')}    </magic>\n`]),
    ...[`*.${extension}`, ...names].map((pattern) => `    <glob pattern="${escaped(pattern)}"/>\n`),
  ];
  return `  <mime-type type="${name}">\n${lines.join('')}  </mime-type>\n`;
}

/**
 * The kinds of files for the database of the desktop (freedesktop.org, Shared MIME-info Database 0.21).
 * @param {import('../src/shared/catalogue-model.ts').Catalogue} catalogue
 */
export function mimePackage(catalogue) {
  const types = fileTypes(catalogue).map(mimeType).join('');
  return `<?xml version="1.0" encoding="UTF-8"?>\n<mime-info xmlns="http://www.freedesktop.org/standards/shared-mime-info">\n${types}</mime-info>\n`;
}
