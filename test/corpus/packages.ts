/** Debian packages for s390x: an apt root of its own below the work folder, so that the machine's own list of packages stays as it is. */
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { output, run } from './run.ts';

export interface Packages {
  /** Names of packages that match a pattern of apt-cache, oldest version first. */
  names(pattern: string): Promise<readonly string[]>;
  /** Downloads packages that are not there yet and unpacks them below `root`. `host`: for the machine that builds, not for the guest. */
  unpack(names: readonly string[], root: string, from?: 'guest' | 'host'): Promise<void>;
}

const byNumber = new Intl.Collator('en', { numeric: true });

/** The sources are those of the machine: it has to be Debian, or to name Debian's archive. */
export async function packagesFor(work: string): Promise<Packages> {
  const apt = join(work, 'apt');
  const debs = join(work, 'packages');
  for (const folder of ['state/lists/partial', 'cache/archives/partial']) mkdirSync(join(apt, folder), { recursive: true });
  mkdirSync(debs, { recursive: true });
  writeFileSync(join(apt, 'status'), '');
  const settings = [
    `Dir::State "${join(apt, 'state')}";`,
    `Dir::State::status "${join(apt, 'status')}";`,
    `Dir::Cache "${join(apt, 'cache')}";`,
    'APT::Architecture "s390x";',
    'APT::Architectures { "s390x"; };',
    'APT::Sandbox::User "root";',
  ];
  const config = join(apt, 'apt.conf');
  writeFileSync(config, `${settings.join('\n')}\n`);
  const guest = { APT_CONFIG: config };
  if (readdirSync(join(apt, 'state/lists')).length < 3) await run('apt-get', ['-q', 'update'], { env: guest });

  /** The downloaded file of a package; its name has the version between underscores. */
  const fileOf = (name: string): string | undefined => readdirSync(debs).find((file) => file.startsWith(`${name}_`));

  return {
    async names(pattern) {
      const lines = await output('apt-cache', ['search', '--names-only', pattern], { env: guest });
      const found = lines.split('\n').flatMap((line) => /^\S+/.exec(line) ?? []);
      return found.sort(byNumber.compare);
    },
    async unpack(names, root, from = 'guest') {
      mkdirSync(root, { recursive: true });
      for (const name of names) {
        if (fileOf(name) === undefined) await run('apt-get', ['-q', 'download', name], { cwd: debs, ...(from === 'guest' ? { env: guest } : {}) });
        const file = fileOf(name);
        if (file === undefined) throw new Error(`apt-get did not download ${name}`);
        const mark = join(root, `.unpacked-${file}`);
        if (existsSync(mark)) continue;
        await run('dpkg-deb', ['-x', join(debs, file), root]);
        writeFileSync(mark, '');
      }
    },
  };
}
