/**
 * The kernels that guests can run. To add one: an entry here. One that Debian distributes needs its packages' names; one that is built needs a
 * source package and a configuration in kernels/.
 */
import { copyFileSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Packages } from './packages.ts';
import { run } from './run.ts';

const here = dirname(fileURLToPath(import.meta.url));

/** A kernel that is ready to run and to build modules for. */
export interface ReadyKernel {
  readonly image: string;
  /** Modules that the guest needs for its disks, in the order in which they are loaded. */
  readonly modules: readonly string[];
  /** Builds the module in a folder that has a Kbuild file. */
  buildModule(folder: string): Promise<void>;
}

export interface CorpusKernel {
  readonly name: string;
  readonly what: string;
  /** Whether it can load a kdump kernel. */
  readonly hasKdump: boolean;
  /** Whether compiling it comes first, which takes longer than everything else. */
  readonly isBuilt: boolean;
  prepare(work: string, packages: Packages): Promise<ReadyKernel>;
}

const cross = ['ARCH=s390', 'CROSS_COMPILE=s390x-linux-gnu-'];

/** Fixed, so that two builds of one source are the same but for the compiler. */
const buildNames = { KBUILD_BUILD_USER: 'dumpbench', KBUILD_BUILD_HOST: 'corpus' };

/** As Debian distributes it. */
const distributed = (series: string): CorpusKernel => ({
  name: `debian-${series}`,
  what: `Debian's newest linux-image-${series}.*-s390x as distributed, module built against its headers`,
  hasKdump: false,
  isBuilt: false,
  async prepare(work, packages) {
    const image = (await packages.names(`^linux-image-${series}[0-9.-]+-s390x$`)).at(-1);
    if (image === undefined) throw new Error(`there is no package linux-image-${series}*-s390x`);
    const release = image.replace('linux-image-', '');
    const root = join(work, `kernel-debian-${series}`);
    const common = `linux-headers-${release.replace(/-s390x$/, '')}-common`;
    await packages.unpack([image, `linux-headers-${release}`, common], root);
    // The programs that build a module run here, not in the guest.
    await packages.unpack([`linux-kbuild-${series}`], root, 'host');
    const headers = join(root, 'usr/src', `linux-headers-${release}`);
    writeFileSync(join(headers, 'Makefile'), `include ${join(root, 'usr/src', common, 'Makefile')}\n`);
    return {
      image: join(root, 'boot', `vmlinuz-${release}`),
      modules: [join(root, 'lib/modules', release, 'kernel/drivers/block/virtio_blk.ko')],
      buildModule: (folder) => run('make', ['-C', headers, ...cross, `M=${folder}`, 'modules']),
    };
  },
});

/** Built from Debian's source package with a configuration on top of allnoconfig. */
const built = (series: string, configuration: string): CorpusKernel => ({
  name: `${configuration}-${series}`,
  what: `linux-source-${series} with kernels/${configuration}.config: kdump, BTF, all symbols, hung task detector, SLUB debugging`,
  hasKdump: true,
  isBuilt: true,
  async prepare(work, packages) {
    const root = join(work, `kernel-${configuration}-${series}`);
    const build = join(root, 'build');
    const image = join(build, 'arch/s390/boot/bzImage');
    const source = join(root, `linux-source-${series}`);
    if (!existsSync(source)) {
      await packages.unpack([`linux-source-${series}`], join(root, 'package'), 'host');
      await run('tar', ['-xf', join(root, 'package/usr/src', `linux-source-${series}.tar.xz`), '-C', root]);
    }
    const make = (...targets: readonly string[]): Promise<void> =>
      run('make', ['-s', '-C', source, `O=${build}`, ...cross, `-j${availableParallelism()}`, ...targets], { env: buildNames });
    if (!existsSync(image)) {
      mkdirSync(build, { recursive: true });
      await make(`KCONFIG_ALLCONFIG=${join(here, 'kernels', `${configuration}.config`)}`, 'allnoconfig');
      await make('bzImage', 'modules');
    }
    return { image, modules: [], buildModule: (folder) => make(`M=${folder}`, 'modules') };
  },
});

export const kernels: readonly CorpusKernel[] = [distributed('6.1'), built('6.12', 'small'), built('6.1', 'small')];

/** Copies the modules' sources to a folder, builds them there, and gives the paths of those that the kernel's headers allow. */
export async function buildModules(kernel: ReadyKernel, folder: string): Promise<readonly string[]> {
  mkdirSync(folder, { recursive: true });
  for (const file of readdirSync(join(here, 'module'))) copyFileSync(join(here, 'module', file), join(folder, file));
  await kernel.buildModule(folder);
  return ['trouble.ko', 'channels.ko'].map((name) => join(folder, name)).filter((path) => existsSync(path));
}
