/** Runs many commands in one process of their own, and ends it when one of them hangs. */
import { spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface Answer {
  readonly argv: readonly string[];
  readonly code: number;
  readonly err: string;
  /** The beginning. */
  readonly out: string;
  /** Memory of the process so far, in KiB. */
  readonly peak: number;
}

const runner = fileURLToPath(new URL('run-commands.mts', import.meta.url));
/** For what hangs, not for what is slow. */
const patienceMs = 300_000;

export interface RunOptions {
  readonly env?: NodeJS.ProcessEnv;
  /** How much of each answer comes. */
  readonly outCharacters?: number;
  /** A shell script that runs first, in a mount namespace of its own. */
  readonly mounts?: string;
  /** Number of the user, and of the group, who runs them; only root can choose. */
  readonly user?: number;
}

/** @throws Error naming the command that hung or ended the process */
export function runCommands(
  list: readonly (readonly string[])[],
  { env = process.env, mounts, user, outCharacters = 200 }: RunOptions = {},
): Promise<readonly Answer[]> {
  const folder = mkdtempSync(join(tmpdir(), 'dumpbench-commands-'));
  const file = join(folder, 'list.json');
  writeFileSync(file, JSON.stringify(list));
  chmodSync(folder, 0o755);
  const [program, args] =
    mounts === undefined
      ? [process.execPath, [runner, file, String(outCharacters)]]
      : ['unshare', ['--user', '--map-root-user', '--mount', 'sh', '-ec', `${mounts}\nexec "$0" "$@"`, process.execPath, runner, file, String(outCharacters)]];
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'pipe'], ...(user === undefined ? {} : { uid: user, gid: user }) });
    let out = '';
    let err = '';
    let watchdog: NodeJS.Timeout | undefined;
    const wait = (): void => {
      clearTimeout(watchdog);
      watchdog = setTimeout(() => child.kill('SIGKILL'), patienceMs);
    };
    wait();
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      out += text;
      wait();
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
    child.on('error', reject);
    child.on('close', (code) => {
      clearTimeout(watchdog);
      rmSync(folder, { recursive: true, force: true });
      const answers = out
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as Answer);
      if (code === 0 && answers.length === list.length) resolve(answers);
      else reject(new Error(`hung or died in "${list[answers.length]?.join(' ') ?? '?'}": ${err}`));
    });
  });
}
