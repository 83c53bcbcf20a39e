// The copyright file that Debian asks of a package (machine-readable, DEP 5): whose the parts are, and where their licences lie.
import { product } from './product.mjs';

const documents = `/usr/share/doc/${product.name}`;
const program = `usr/lib/${product.name}`;

/** @param {string} files @param {string} holder @param {string} licence @param {readonly string[]} comment */
const part = (files, holder, licence, comment) => [
  `Files: ${files}`,
  `Copyright: ${holder}`,
  `License: ${licence}`,
  'Comment:',
  ...comment.map((line) => ` ${line}`),
  '',
];

export const copyright = () =>
  [
    'Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/',
    `Upstream-Name: ${product.title}`,
    '',
    ...part('*', product.author, product.license, [
      'Packages of others are bundled with it. They are listed with their copyright',
      `holders and the texts of their licences in ${documents}/LICENSES-packages.`,
    ]),
    ...part(`${program}/node`, 'Node.js contributors, and the holders that its licence names', 'Node.js', [`${documents}/LICENSE-node holds the text.`]),
    ...part(`${program}/desktop/*`, 'Electron contributors, The Chromium Authors, and the holders that their licences name', 'Electron-and-Chromium', [
      `LICENSE.electron.txt and LICENSES.chromium.html in /${program}/desktop hold the texts.`,
    ]),
    `License: ${product.license}`,
    ` ${documents}/LICENSE holds the text. On Debian systems it is in`,
    ' /usr/share/common-licenses/Apache-2.0, too.',
    '',
    'License: Node.js',
    ` ${documents}/LICENSE-node holds the text.`,
    '',
    'License: Electron-and-Chromium',
    ` LICENSE.electron.txt and LICENSES.chromium.html in /${program}/desktop hold the texts.`,
    '',
  ].join('\n');
