// The entry in the menu of a desktop (freedesktop.org, Desktop Entry Specification 1.5).
import { fileTypes } from '../file-associations.mjs';
import { product } from './product.mjs';

/**
 * @param {import('../../src/shared/catalogue-model.ts').Catalogue} catalogue
 * @param {string} exec the program
 */
export function desktopEntry(catalogue, exec) {
  const types = fileTypes(catalogue).map(({ mimeType }) => `${mimeType};`);
  return [
    '[Desktop Entry]',
    'Type=Application',
    `Name=${product.title}`,
    'GenericName=Crash Dump Workbench',
    `Comment=${product.summary}`,
    `Exec=${exec} -- %F`,
    `Icon=${product.name}`,
    'Terminal=false',
    'Categories=Development;Debugger;',
    'Keywords=kernel;crash;dump;vmcore;kdump;s390;',
    `MimeType=${types.join('')}`,
    `StartupWMClass=${product.name}`,
    'StartupNotify=true',
    '',
  ].join('\n');
}
