/** The initial RAM disks of a guest: busybox as everything, the module, the trouble's commands, and the kdump kernel with its own. */
import { chmodSync, copyFileSync, cpSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CorpusKernel, ReadyKernel } from './kernels.ts';
import type { Packages } from './packages.ts';
import { run } from './run.ts';
import type { Trouble } from './troubles.ts';

const here = dirname(fileURLToPath(import.meta.url));

const packagesOfGuest = ['busybox-static', 'kexec-tools', 'makedumpfile', 'libc6', 'zlib1g', 'libelf1', 'libdw1', 'liblzma5', 'libbz2-1.0', 'liblzo2-2'];
/** The libraries of kexec and makedumpfile. */
const libraries = /^(ld64|ld-linux|libc|libm|libpthread|libdl|librt|libz|libelf|libdw|liblzma|libbz2|liblzo2)\b.*\.so(\.|$)/;

/** One console, and names that do not depend on what a distribution's rules would make of the devices. */
export const consoleArguments = 'console=ttysclp0 rdinit=/init';
const kdumpArguments = `${consoleArguments} nr_cpus=1 reset_devices cgroup_disable=memory`;

/** Packs a folder as a RAM disk. */
async function pack(folder: string, image: string): Promise<void> {
  await run('sh', ['-c', `find . | cpio --quiet -o -H newc -R 0:0 | gzip -1 >"$1"`, 'sh', image], { cwd: folder });
}

function addPrograms(root: string, folder: string, names: readonly string[]): void {
  for (const name of names) {
    const from = ['bin', 'sbin', 'usr/bin', 'usr/sbin'].map((place) => join(root, place, name)).find((path) => existsSync(path));
    if (from === undefined) throw new Error(`none of the packages has ${name}`);
    copyFileSync(from, join(folder, 'bin', name));
  }
}

function addLibraries(root: string, folder: string): void {
  for (const place of ['lib', 'lib/s390x-linux-gnu', 'usr/lib/s390x-linux-gnu']) {
    mkdirSync(join(folder, place), { recursive: true });
    const from = join(root, place);
    if (!existsSync(from)) continue;
    for (const name of readdirSync(from)) if (libraries.test(name)) cpSync(join(from, name), join(folder, place, name), { verbatimSymlinks: true });
  }
}

function layOut(folder: string, modules: readonly string[], script: string): void {
  rmSync(folder, { recursive: true, force: true });
  for (const place of ['bin', 'boot', 'modules']) mkdirSync(join(folder, place), { recursive: true });
  copyFileSync(join(here, 'guest/init'), join(folder, 'init'));
  chmodSync(join(folder, 'init'), 0o755);
  for (const module of modules) copyFileSync(module, join(folder, 'modules', basename(module)));
  writeFileSync(join(folder, 'modules.list'), modules.map((module) => `${basename(module)}\n`).join(''));
  writeFileSync(join(folder, 'trouble.sh'), script);
}

/** Builds the RAM disk of a guest in a folder of the run; the path of its image. */
export async function buildGuestImage(
  packages: Packages,
  work: string,
  folder: string,
  kernel: CorpusKernel,
  ready: ReadyKernel,
  modules: readonly string[],
  trouble: Trouble,
): Promise<string> {
  const root = join(work, 'guest-packages');
  await packages.unpack(packagesOfGuest, root);
  const files = join(folder, 'initrd');
  // A shell function needs a command.
  layOut(files, [...ready.modules, ...modules], `before() {\n:\n${trouble.before ?? ''}\n}\nprovoke() {\n${trouble.provoke}\n}\n`);
  addPrograms(root, files, ['busybox']);
  if (kernel.hasKdump && trouble.runsOnFor === undefined) {
    const second = join(folder, 'kdump-initrd');
    layOut(second, ready.modules, '');
    addPrograms(root, second, ['busybox', 'makedumpfile']);
    addLibraries(root, second);
    await pack(second, join(files, 'boot/kdump.img'));
    copyFileSync(ready.image, join(files, 'boot/vmlinuz'));
    writeFileSync(join(files, 'boot/kdump.cmdline'), kdumpArguments);
    addPrograms(root, files, ['kexec']);
    addLibraries(root, files);
  }
  const image = join(folder, 'initrd.img');
  await pack(files, image);
  return image;
}
