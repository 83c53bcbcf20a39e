/** A catalogue on a PostgreSQL server: its address, the user there, and how the connection is protected. */
import { isIP } from 'node:net';
import type { PoolConfig } from 'pg';
import { readGivenText } from '../../files/given-file.ts';
import { defined } from '../../shared/defined.ts';
import { FleetError } from '../fleet-error.ts';
import { openDatabase, type Database } from './database.ts';

const modes = ['disable', 'require', 'verify-ca', 'verify-full'] as const;
type SslMode = (typeof modes)[number];
const parameters = ['host', 'port', 'user', 'password', 'dbname', 'sslmode', 'sslrootcert', 'sslcert', 'sslkey', 'application_name'] as const;
const mostPem = 1 << 20;

export interface ServerAddress {
  readonly config: PoolConfig;
  /** Without a password. */
  readonly place: string;
  /** The address carries a password, which others may see in the list of processes. */
  readonly hasPassword: boolean;
}

export const isServerAddress = (text: string): boolean => /^postgres(?:ql)?:\/\//.test(text);

/** On this machine nobody can listen in between. */
const isHere = (host: string): boolean => host.startsWith('/') || ['localhost', '127.0.0.1', '::1', ''].includes(host);

/** What the driver takes for TLS; false for none. Certificates are always checked: there is no mode that ignores what is wrong with one. */
function tls(mode: SslMode, host: string, given: URLSearchParams): PoolConfig['ssl'] {
  if (mode === 'disable') return false;
  const pem = (name: string): string | undefined => {
    const path = given.get(name) ?? process.env[`PG${name.toUpperCase()}`];
    return path === undefined || path === '' || path === 'system' ? undefined : readGivenText(path, { what: `a PEM file (${name})`, most: mostPem });
  };
  return {
    rejectUnauthorized: true,
    ...defined({ servername: isIP(host) === 0 ? host : undefined, ca: pem('sslrootcert'), cert: pem('sslcert'), key: pem('sslkey') }),
    // The name in the certificate is another question than who has signed it.
    ...(mode === 'verify-full' ? {} : { checkServerIdentity: () => undefined }),
  };
}

/** An empty part of an address has no meaning. */
const part = (text: string): string | undefined => (text === '' ? undefined : decodeURIComponent(text));

/** @throws FleetError usage */
function urlOf(text: string): URL {
  try {
    // libpq takes a user without a host, as in postgres://me@/fleet?host=/run/postgresql.
    return new URL(text.replace(/^(\w+:\/\/[^/@]*@)\//, '$1localhost/'));
  } catch {
    // The text may hold a password.
    throw new FleetError('usage', 'this is not the address of a server (expected postgres://USER@HOST:PORT/DATABASE)');
  }
}

/** An address as it may be stored: without a password, wherever in the address that is. @throws FleetError usage */
export function withoutPassword(address: string): string {
  const url = urlOf(address);
  url.password = '';
  url.searchParams.delete('password');
  return url.href;
}

/** @throws FleetError usage */
export function withPassword(address: string, password: string): string {
  const url = urlOf(withoutPassword(address));
  url.searchParams.set('password', password);
  return url.href;
}

/**
 * postgres://USER@HOST:PORT/DATABASE?sslmode=…, with the parameters of libpq that are named here. What it leaves out comes from the environment of
 * libpq (PGUSER, PGPASSWORD, PGPASSFILE, PGSSLMODE, PGSSLROOTCERT …).
 * @throws FleetError usage for an address that is none
 * @throws DumpError io for a certificate that cannot be read
 */
export function serverAddress(text: string): ServerAddress {
  const url = urlOf(text);
  const given = url.searchParams;
  const stray = [...given.keys()].find((name) => !parameters.some((one) => one === name));
  if (stray !== undefined)
    throw new FleetError('usage', `the address of the server: the parameter "${stray}" is not known; known are ${parameters.join(', ')}`);
  const host = given.get('host') ?? part(url.hostname) ?? process.env.PGHOST ?? 'localhost';
  const portText = given.get('port') ?? part(url.port) ?? process.env.PGPORT ?? '5432';
  const port = Number(portText);
  if (!Number.isInteger(port) || port < 1 || port > 65535) throw new FleetError('usage', `the address of the server: "${portText}" is not a port`);
  const user = given.get('user') ?? part(url.username) ?? process.env.PGUSER ?? process.env.USER;
  const password = given.get('password') ?? part(url.password);
  const database = given.get('dbname') ?? part(url.pathname.slice(1)) ?? process.env.PGDATABASE ?? user;
  const asked = given.get('sslmode') ?? process.env.PGSSLMODE ?? (isHere(host) ? 'disable' : 'verify-full');
  const mode = modes.find((one) => one === asked);
  if (mode === undefined)
    throw new FleetError(
      'usage',
      `the address of the server: sslmode "${asked}" is not supported: it does not enforce encryption, or does not exist (expected ${modes.join(', ')})`,
    );
  return {
    config: {
      host,
      port,
      ...defined({ user, password, database }),
      ssl: tls(mode, host, given),
      application_name: given.get('application_name') ?? 'dumpbench fleet',
      connectionTimeoutMillis: 15_000,
      keepAlive: true,
    },
    place: `postgres://${user === undefined ? '' : `${encodeURIComponent(user)}@`}${host.startsWith('/') ? encodeURIComponent(host) : host}:${port}/${database ?? ''}`,
    hasPassword: password !== undefined,
  };
}

/**
 * @param connections at once, of this process
 * @param patienceMs how long a connection and a statement may take
 */
export function openServer(address: string, connections: number, patienceMs?: number): Database {
  const { config, place, hasPassword } = serverAddress(address);
  // The driver warns about what its next version will not have (PGPASSFILE); that is not meant for people at a command line.
  process.noDeprecation = true;
  // On Linux this writes over the words that the process was started with, which every user of the machine can read.
  if (hasPassword) process.title = 'dumpbench fleet';
  return openDatabase({
    kind: 'server',
    place,
    pool: { ...config, ...(patienceMs === undefined ? {} : { connectionTimeoutMillis: patienceMs, query_timeout: patienceMs }), max: connections },
  });
}
