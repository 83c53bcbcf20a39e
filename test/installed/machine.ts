/**
 * A Debian 12 that exists for one test: the cached root (scripts/debian-root.mjs) below an overlay, with mounts and processes of its own. Nothing is
 * installed on, and no process stays on, the machine that runs the tests.
 */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { findDebianRoot, rootUser } from '../../scripts/debian-root.mjs';

/** Ends once the root is there: then this process is the first of the machine. */
const boot = `set -e
mount -t overlay overlay -o "lowerdir=$ROOT,upperdir=$WORK/upper,workdir=$WORK/work" "$WORK/merged"
cd "$WORK/merged"
mount -t proc proc proc
mount --rbind /dev dev
mount -t tmpfs -o mode=1777 tmpfs tmp
mount -t tmpfs -o mode=755 tmpfs run
mkdir tmp/.X11-unix given
mount --bind /tmp/.X11-unix tmp/.X11-unix
mount --bind "$WORK/given" given
pivot_root . mnt
umount -l /mnt
echo ready
exec sleep infinity`;

export interface Outcome {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface MachineProcess {
  readonly pid: number;
  /** Its words with blanks between them: Chromium's processes have them so. */
  readonly commandLine: string;
  /** By the lines of /proc/PID/status. */
  readonly status: (name: string) => string | undefined;
  /** What /proc/PID/ns/NAME leads to. */
  readonly namespace: (name: string) => string;
  /** Path of the program that it is, on the machine. */
  readonly program: string;
}

export interface Machine {
  /** A folder of the tests that the machine sees as /given. */
  readonly given: string;
  readonly asRoot: (...words: readonly string[]) => Outcome;
  readonly asUser: (words: readonly string[], env?: Readonly<Record<string, string>>) => Outcome;
  /** These go on running. */
  readonly startAsRoot: (words: readonly string[], env?: Readonly<Record<string, string>>) => ChildProcess;
  readonly startAsUser: (words: readonly string[], env?: Readonly<Record<string, string>>) => ChildProcess;
  /** A path of the machine, for as long as it runs. */
  readonly pathOf: (path: string) => string;
  /** Processes by a part of the path of their program. */
  readonly processes: (part: string) => readonly MachineProcess[];
  readonly stop: () => Promise<void>;
}

function lookAt(pid: number): MachineProcess | undefined {
  try {
    const of = (name: string): string => join('/proc', String(pid), name);
    const status = readFileSync(of('status'), 'utf8');
    return {
      pid,
      commandLine: readFileSync(of('cmdline'), 'utf8').replaceAll('\0', ' ').trim(),
      status: (name) => new RegExp(`^${name}:\\s+(\\S+)`, 'm').exec(status)?.[1],
      namespace: (name) => readlinkSync(of(`ns/${name}`)),
      program: readlinkSync(of('exe')),
    };
  } catch {
    // It has ended meanwhile.
    return undefined;
  }
}

/** @param work an empty folder */
export async function startMachine(work: string): Promise<Machine> {
  const root = findDebianRoot();
  if (root === undefined) throw new Error('there is no Debian root: npm run test:setup makes it');
  for (const name of ['upper', 'work', 'merged', 'given']) mkdirSync(join(work, name));
  // The root of the machine is this one's as soon as the first folder is made in it.
  for (const name of ['upper', 'given']) chmodSync(join(work, name), 0o755);
  mkdirSync('/tmp/.X11-unix', { recursive: true, mode: 0o1777 });
  const flags = ['--mount', '--pid', '--fork', '--kill-child', '--propagation', 'private'];
  const first = spawn('unshare', [...flags, 'sh', '-c', boot], {
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', ROOT: root, WORK: work },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  first.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  const ended = new Promise<void>((done) => first.once('close', () => done()));
  await new Promise<void>((done, fail) => {
    first.stdout.once('data', () => done());
    void ended.then(() => fail(new Error(`the machine did not start: ${said}`)));
  });
  const init = readFileSync(`/proc/${first.pid}/task/${first.pid}/children`, 'utf8').trim();
  const mounts = readlinkSync(`/proc/${init}/ns/mnt`);
  const enter = ['--target', init, '--mount', '--pid', '--wdns=/'];
  const plain = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LANG: 'C.UTF-8', DEBIAN_FRONTEND: 'noninteractive' };
  const user = ['setpriv', `--reuid=${rootUser.uid}`, `--regid=${rootUser.uid}`, '--init-groups', '--'];
  const userEnvironment = { ...plain, PATH: '/usr/bin:/bin', HOME: rootUser.home, USER: rootUser.name };
  const run = (command: readonly string[], env: NodeJS.ProcessEnv): Outcome =>
    spawnSync('nsenter', [...enter, ...command], { env, encoding: 'utf8', maxBuffer: 1 << 26 });
  return {
    given: join(work, 'given'),
    asRoot: (...command) => run(command, plain),
    asUser: (command, env = {}) => run([...user, ...command], { ...userEnvironment, ...env }),
    startAsRoot: (command, env = {}) => spawn('nsenter', [...enter, ...command], { env: { ...plain, ...env }, stdio: 'ignore' }),
    startAsUser: (command, env = {}) => spawn('nsenter', [...enter, ...user, ...command], { env: { ...userEnvironment, ...env }, stdio: 'ignore' }),
    pathOf: (path) => join(`/proc/${init}/root`, path),
    processes: (part) =>
      readdirSync('/proc')
        .filter((name) => /^\d+$/.test(name))
        .flatMap((name) => lookAt(Number(name)) ?? [])
        .filter((one) => one.program.includes(part) && one.namespace('mnt') === mounts),
    async stop() {
      first.kill('SIGKILL');
      await ended;
    },
  };
}
