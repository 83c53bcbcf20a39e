/** Commands of the host that the recipe runs. */
import { execFile, spawn } from 'node:child_process';
import { promisify } from 'node:util';

const runFile = promisify(execFile);

/** What each command of the host is for, as Debian packages; make.ts names those that are missing. */
export const hostTools: Readonly<Record<string, string>> = {
  'apt-get': 'apt',
  'dpkg-deb': 'dpkg',
  'qemu-system-s390x': 'qemu-system-misc',
  's390x-linux-gnu-gcc': 'gcc-s390x-linux-gnu',
  make: 'make',
  cpio: 'cpio',
  gzip: 'gzip',
  tar: 'tar',
  zstd: 'zstd',
};

/** Needed to build a kernel besides. */
export const kernelTools: Readonly<Record<string, string>> = {
  gcc: 'gcc',
  flex: 'flex',
  bison: 'bison',
  bc: 'bc',
  pahole: 'dwarves',
  perl: 'perl',
  xz: 'xz-utils',
  'openssl/opensslv.h': 'libssl-dev',
  'libelf.h': 'libelf-dev',
};

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs a command that prints to the terminal. @throws Error when it fails */
export async function run(command: string, args: readonly string[], { cwd, env }: RunOptions = {}): Promise<void> {
  console.log(`$ ${command} ${args.join(' ')}`);
  const child = spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit'], ...(cwd === undefined ? {} : { cwd }), env: { ...process.env, ...env } });
  const code = await new Promise<number | null>((resolve, reject) => child.on('error', reject).on('exit', resolve));
  if (code !== 0) throw new Error(`${command} ended with ${String(code)}`);
}

/** What a command prints. @throws Error when it fails */
export async function output(command: string, args: readonly string[], { cwd, env }: RunOptions = {}): Promise<string> {
  const { stdout } = await runFile(command, args, { ...(cwd === undefined ? {} : { cwd }), env: { ...process.env, ...env }, maxBuffer: 1 << 28 });
  return stdout;
}
