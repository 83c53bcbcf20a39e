/** A PostgreSQL server of a test's own, from the packages of the system: in a scratch folder, on a socket there, stopped and removed with it. */
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { findProgram } from '../../scripts/system-packages.mjs';

/** Neither root, whom postgres refuses, nor anybody's files. */
const nobody = 65534;
const isRoot = process.getuid?.() === 0;

/** Debian keeps the programs of each version apart; elsewhere they are where all programs are. */
function programs(): string {
  const versions = '/usr/lib/postgresql';
  const newest = existsSync(versions) ? readdirSync(versions).sort((left, right) => Number(right) - Number(left))[0] : undefined;
  return newest === undefined ? dirname(findProgram('initdb') ?? '') : join(versions, newest, 'bin');
}

export interface PostgresServer {
  /** Address for a user; the superuser is "admin". */
  url(user?: string, database?: string): string;
  /** Folder of the socket, and of the data in `data`. */
  readonly folder: string;
  /** Statements as the superuser, by psql; what it prints. */
  psql(text: string, database?: string): string;
  createDatabase(name: string): void;
  /** As an administrator would: at once, with connections cut. */
  restart(): void;
  stop(): void;
}

export interface ServerOptions {
  /** Lines of postgresql.conf. */
  readonly settings?: readonly string[];
  /** Listens on a port of this machine too, with TLS and passwords alone. */
  /** Listens on this address too, for everybody in its network of 24 bits. */
  readonly network?: string;
  readonly tls?: { readonly port: number; readonly certificate: string; readonly key: string };
}

export function startPostgres({ settings = [], network, tls }: ServerOptions = {}): PostgresServer {
  const bin = programs();
  const folder = mkdtempSync(join(tmpdir(), 'pg-'));
  const data = join(folder, 'data');
  mkdirSync(data, { mode: 0o700 });
  chmodSync(folder, 0o755);
  if (isRoot) for (const one of [folder, data]) chownSync(one, nobody, nobody);
  const run = (program: string, args: readonly string[]): string => {
    const words = [join(bin, program), ...args];
    const all = isRoot ? ['setpriv', `--reuid=${nobody}`, `--regid=${nobody}`, '--clear-groups', '--', ...words] : words;
    const [first = '', ...rest] = all;
    // Standard streams that postgres inherits would keep a test waiting for their end.
    const done = spawnSync(first, rest, {
      cwd: folder,
      encoding: 'utf8',
      stdio: ['ignore', program === 'pg_ctl' ? 'ignore' : 'pipe', program === 'pg_ctl' ? 'ignore' : 'pipe'],
    });
    if (done.status !== 0) throw new Error(`${program} failed: ${done.stderr}\n${logOf(folder)}`);
    return done.stdout;
  };
  run('initdb', ['-D', data, '-U', 'admin', '--auth=trust', '-E', 'UTF8', '--no-sync', '--locale=C']);
  writeFileSync(join(data, 'fleet.conf'), ['fsync = off', 'max_connections = 100', ...settings, ''].join('\n'));
  writeFileSync(join(data, 'postgresql.conf'), `${readFileSync(join(data, 'postgresql.conf'), 'utf8')}\ninclude 'fleet.conf'\n`);
  if (tls !== undefined) {
    const given = { 'server.crt': tls.certificate, 'server.key': tls.key };
    for (const [name, text] of Object.entries(given)) {
      writeFileSync(join(data, name), text, { mode: 0o600 });
      if (isRoot) chownSync(join(data, name), nobody, nobody);
    }
    writeFileSync(join(data, 'pg_hba.conf'), 'local all all trust\nhostssl all all 127.0.0.1/32 scram-sha-256\n');
  }
  if (network !== undefined) writeFileSync(join(data, 'pg_hba.conf'), `local all all trust\nhost all all ${network}/24 trust\n`);
  const listening = tls === undefined ? `-c listen_addresses='${network ?? ''}'` : `-c listen_addresses=127.0.0.1 -p ${tls.port} -c ssl=on`;
  const start = (): void => {
    run('pg_ctl', ['-D', data, '-w', '-t', '240', '-l', join(folder, 'log'), '-o', `-k ${folder} ${listening}`, 'start']);
  };
  start();
  return {
    folder,
    url: (user = 'admin', database = 'fleet') =>
      `postgres://${user}@/${database}?host=${encodeURIComponent(folder)}${tls === undefined ? '' : `&port=${tls.port}`}`,
    psql: (text, database = 'postgres') =>
      execFileSync(
        findProgram('psql') ?? 'psql',
        ['-h', folder, '-p', String(tls?.port ?? 5432), '-U', 'admin', '-d', database, '-X', '-A', '-t', '-v', 'ON_ERROR_STOP=1', '-c', text],
        {
          encoding: 'utf8',
        },
      ).trim(),
    createDatabase(name) {
      this.psql(`CREATE DATABASE ${name}`);
    },
    restart() {
      run('pg_ctl', ['-D', data, '-w', '-m', 'immediate', 'stop']);
      start();
    },
    stop() {
      run('pg_ctl', ['-D', data, '-w', '-m', 'immediate', 'stop']);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function logOf(folder: string): string {
  try {
    return readFileSync(join(folder, 'log'), 'utf8').slice(-2000);
  } catch {
    return '';
  }
}
