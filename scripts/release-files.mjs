// What comes with the packages: SHA256SUMS of all of them, and a bill of materials (CycloneDX 1.6) of what is inside, with licences.
// node scripts/release-files.mjs [FOLDER]   (dist unless named)
import { createHash } from 'node:crypto';
import { createReadStream, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { collectLicences } from './licences.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const artefact = /\.(deb|rpm|AppImage|tgz|tar\.gz|dmg|zip|exe|cdx\.json)$/;
const ofDesktop = /\.(deb|rpm|AppImage|dmg|zip|exe)$|-linux-\w+\.tar\.gz$/;
const ofCommandLine = /^dumpbench-cli-/;
const billName = 'dumpbench.cdx.json';

/** What `npm run dist` says about the Electron that it packed: package.json names the one that is wanted. */
export const electronNote = 'electron.json';

/** @param {string} path */
async function sha256(path) {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

/** @param {string} name @param {string} version */
const npmUrl = (name, version) => `pkg:npm/${name.replace('@', '%40')}@${version}`;

/** A licence as CycloneDX has it: an SPDX id or expression; of what is neither the name. @param {string} licence */
const licenceOf = (licence) =>
  /\s(AND|OR|WITH)\s/.test(licence) ? { expression: licence } : /^[\w.+-]+$/.test(licence) ? { license: { id: licence } } : { license: { name: licence } };

/**
 * What is packed: every package that is bundled or lies in node_modules (scripts/licences.mjs, as the About page shows them), Electron, and each pinned Node.
 * Tools that only build are no part of it.
 * @param {string} [electron] version of the one that is packed; without it none is
 */
export function billOfMaterials(electron) {
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  /** @param {string} name @param {string} version @param {string} licence */
  const component = (name, version, licence) => {
    // Of Electron it is the digest of npm's package, which holds no Electron.
    const integrity = name === 'electron' ? undefined : lock.packages[`node_modules/${name}`]?.integrity;
    const hash = integrity === undefined ? [] : [{ alg: 'SHA-512', content: Buffer.from(integrity.replace(/^sha512-/, ''), 'base64').toString('hex') }];
    return {
      type: 'library',
      'bom-ref': npmUrl(name, version),
      name,
      version,
      licenses: [licenceOf(licence)],
      purl: npmUrl(name, version),
      ...(hash.length === 0 ? {} : { hashes: hash }),
    };
  };
  const [own, ...packed] = collectLicences(root);
  const nodes = Object.keys(lock.packages)
    .filter((path) => /^node_modules\/node-(linux|darwin|win)-\w+$/.test(path))
    .map((path) => component(path.slice('node_modules/'.length), lock.packages[path].version, lock.packages[path].license));
  const components = packed.flatMap(({ name, version, licence }) => {
    if (name !== 'Electron') return [component(name, version, licence)];
    return electron === undefined ? [] : [component('electron', electron, licence)];
  });
  components.push(...nodes);
  components.sort((left, right) => (left.purl < right.purl ? -1 : 1));
  const version = own?.version ?? '';
  return {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: {
      component: { type: 'application', 'bom-ref': npmUrl('dumpbench', version), name: 'dumpbench', version, licenses: [licenceOf(own?.licence ?? '')] },
    },
    components,
    dependencies: [{ ref: npmUrl('dumpbench', version), dependsOn: components.map(({ purl }) => purl) }],
  };
}

/** Version of the Electron in the packages of a folder; undefined where none is for desktops. @param {string} folder */
function packedElectron(folder) {
  const desktop = readdirSync(folder).find((name) => ofDesktop.test(name) && !ofCommandLine.test(name));
  if (desktop === undefined) return undefined;
  const note = join(folder, electronNote);
  if (!existsSync(note)) throw new Error(`${note} is missing: which Electron is in ${desktop} is not known; make the packages with npm run dist`);
  return String(JSON.parse(readFileSync(note, 'utf8')).version);
}

/** @param {string} folder of the packages @throws {Error} where packages for desktops came without the note of their Electron */
export async function writeReleaseFiles(folder) {
  writeFileSync(join(folder, billName), `${JSON.stringify(billOfMaterials(packedElectron(folder)), undefined, 1)}\n`);
  const names = readdirSync(folder)
    .filter((name) => artefact.test(name))
    .sort();
  const lines = [];
  for (const name of names) lines.push(`${await sha256(join(folder, name))}  ${name}\n`);
  writeFileSync(join(folder, 'SHA256SUMS'), lines.join(''));
  console.log(`SHA256SUMS of ${names.length} files, ${billName}`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await writeReleaseFiles(process.argv[2] ?? join(root, 'dist'));
