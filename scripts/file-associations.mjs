// Which files a desktop opens with the packaged Dumpbench: those of the formats in the catalogue, and sessions.

/** What the window keeps of a person's work. */
const session = {
  ext: 'dumpbench.json',
  name: 'Dumpbench session',
  description: 'Dumpbench session',
  mimeType: 'application/x-dumpbench+json',
  role: 'Editor',
};

/**
 * As electron-builder takes them.
 * @param {import('../src/shared/catalogue-model.ts').Catalogue} catalogue what `dumpbench catalogue --json` prints
 * @returns {import('electron-builder').FileAssociation[]}
 */
export function fileAssociations({ formats }) {
  // Several formats may be one kind of file to a desktop.
  const types = new Map(formats.flatMap(({ fileType }) => (fileType === undefined ? [] : [[fileType.extension, fileType]])));
  const dumps = [...types.values()].map(({ extension, mimeType, title }) => ({
    ext: extension,
    name: title,
    description: title,
    mimeType,
    role: /** @type {const} */ ('Viewer'),
    rank: /** @type {const} */ ('Alternate'),
  }));
  return [...dumps, { ...session, role: /** @type {const} */ ('Editor') }];
}
