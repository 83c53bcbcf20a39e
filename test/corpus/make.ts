/**
 * Makes a crash dump from nothing: `node test/corpus/make.ts KERNEL TROUBLE [--work FOLDER] [--into FOLDER] [--cpus N] [--memory MIB]`.
 * Without words it lists kernels and kinds of trouble. README.md says what it needs.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { crash } from './crash-guest.ts';
import { checkDump } from './check-dump.ts';
import { buildGuestImage } from './guest-image.ts';
import { buildModules, kernels } from './kernels.ts';
import { packDump } from './pack-dump.ts';
import { packagesFor } from './packages.ts';
import { hostTools, kernelTools } from './run.ts';
import { troubles } from './troubles.ts';

function missingTools(isBuilt: boolean): readonly string[] {
  const isThere = (name: string): boolean => {
    if (name.endsWith('.h')) return ['/usr/include', '/usr/include/x86_64-linux-gnu'].some((folder) => existsSync(join(folder, name)));
    try {
      execFileSync('sh', ['-c', `command -v "$1"`, 'sh', name], { stdio: 'ignore' });
      return true;
    } catch {
      return false;
    }
  };
  return Object.entries({ ...hostTools, ...(isBuilt ? kernelTools : {}) }).flatMap(([name, debianPackage]) => (isThere(name) ? [] : [debianPackage]));
}

async function make(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      work: { type: 'string', default: join(homedir(), '.cache', 'dumpbench-corpus') },
      into: { type: 'string' },
      cpus: { type: 'string', default: '2' },
      memory: { type: 'string', default: '320' },
    },
  });
  const kernel = kernels.find(({ name }) => name === positionals[0]);
  const trouble = troubles.find(({ name }) => name === positionals[1]);
  if (kernel === undefined || trouble === undefined) {
    console.log('make.ts KERNEL TROUBLE [--work FOLDER] [--into FOLDER] [--cpus N] [--memory MIB]\n\nkernels:');
    for (const { name, what } of kernels) console.log(`  ${name.padEnd(14)} ${what}`);
    console.log('\nkinds of trouble:');
    for (const { name, kind, what } of troubles) console.log(`  ${name.padEnd(14)} ${kind}. ${what}`);
    process.exitCode = positionals.length === 0 ? 0 : 1;
    return;
  }
  const missing = missingTools(kernel.isBuilt);
  if (missing.length > 0) throw new Error(`missing here: apt-get install --no-install-recommends ${[...new Set(missing)].join(' ')}`);

  const work = resolve(values.work);
  const folder = join(work, 'runs', `${trouble.name}-${kernel.name}`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const packages = await packagesFor(work);
  const ready = await kernel.prepare(work, packages);
  const modules = await buildModules(ready, join(folder, 'module'));
  const image = await buildGuestImage(packages, work, folder, kernel, ready, modules, trouble);
  const made = await crash({ kernel, trouble, image: ready.image, initrd: image, folder, cpus: Number(values.cpus), mebibytes: Number(values.memory) });
  const report = checkDump(made, trouble);
  writeFileSync(join(made.texts, 'triage.txt'), report);
  console.log(report);
  const name = `c-${trouble.name}-${kernel.name}.${made.isKdump ? 'kdump' : 'elf'}`;
  await packDump({ folder: resolve(values.into ?? join(work, 'dumps')), name, path: made.dump, texts: made.texts });
  console.log(`${name} is in ${resolve(values.into ?? join(work, 'dumps'))}`);
}

await make();
