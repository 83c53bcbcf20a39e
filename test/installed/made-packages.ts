/** The packages of this checkout for all tests that want them: made once, quickly (scripts/packages/product.mjs), and again when something is newer. */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as v from 'valibot';
import { takeLock } from '../../scripts/file-lock.mjs';

const checkout = fileURLToPath(new URL('../../', import.meta.url));
const dist = join(checkout, 'dist');
const stamp = join(dist, 'made-for-tests.json');
/** Besides the bundles, what packages are made with. */
const recipe = [join(checkout, 'scripts', 'packages'), join(checkout, 'resources', 'icons')];
const recipeFiles = ['electron-builder.yml', 'scripts/dist.mjs', 'scripts/cli-payload.mjs', 'scripts/file-associations.mjs'].map((name) =>
  join(checkout, name),
);

const madeSchema = v.object({ unpacked: v.string(), deb: v.string(), rpm: v.string(), tarball: v.string(), image: v.string() });
/** Paths: the folder of the desktop program, and the packages; `image` is the AppImage, or what it would mount. One that could not be made is empty. */
export type MadePackages = v.InferOutput<typeof madeSchema>;

const changed = (path: string): number => statSync(path).mtimeMs;

function current(all: boolean): MadePackages | undefined {
  if (!existsSync(stamp)) return undefined;
  const files = [join(checkout, 'out', 'built'), ...recipeFiles, ...recipe.flatMap((folder) => readdirSync(folder).map((name) => join(folder, name)))];
  const made = v.parse(madeSchema, JSON.parse(readFileSync(stamp, 'utf8')));
  const isWhole = Object.values(made).every((path) => (path === '' ? !all : existsSync(path)));
  return isWhole && files.every((file) => changed(file) < changed(stamp)) ? made : undefined;
}

function run(...words: readonly string[]): string {
  const done = spawnSync(process.execPath, words, { cwd: checkout, encoding: 'utf8', env: { ...process.env, DUMPBENCH_PACKAGES: 'quick' } });
  if (done.status !== 0) throw new Error(`${words.join(' ')} ended with code ${done.status}:\n${done.stdout}${done.stderr}`);
  return done.stdout;
}

/**
 * @param all false: the folder will do, and packages whose tools are missing may be missing
 * @throws Error with what dist.mjs said, when it failed
 */
export async function madePackages(all = true): Promise<MadePackages> {
  run(join('scripts', 'build.mjs'), '--if-needed');
  const lock = await takeLock(join(dist, 'making.lock'), () => current(all) !== undefined);
  try {
    const there = current(all);
    if (there !== undefined) return there;
    const said = run(join('scripts', 'dist.mjs'), '--no-build');
    const named = (ending: string): string => {
      const [, path] = new RegExp(`(dist/\\S*${ending})$`, 'm').exec(said) ?? [];
      if (path === undefined && all) throw new Error(`dist.mjs made no ${ending}:\n${said}`);
      return path === undefined ? '' : join(checkout, path);
    };
    const unpacked = join(dist, 'linux-unpacked');
    const made = { unpacked, deb: named('\\.deb'), rpm: named('\\.rpm'), tarball: named('\\.tar\\.gz'), image: named('\\.(?:AppImage|squashfs)') };
    writeFileSync(stamp, JSON.stringify(made));
    return made;
  } finally {
    lock.release();
  }
}
