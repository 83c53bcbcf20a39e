/**
 * A catalogue in a folder, without a server: PGlite, which one process can open. Whoever holds the lock of the folder opens it and serves the others
 * on a socket that only the user can reach; everybody, the owner included, talks to it over that socket.
 */
import { statSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { PGlite } from '@electric-sql/pglite';
import { holdLock } from '../../analysis/page-index/held-lock.ts';
import {
  cataloguePlaces,
  closeSocketToOthers,
  removeDatabase,
  removeEmpty,
  removeOwner,
  removeSocket,
  socketFolder,
  socketName,
  writeOwner,
  type CataloguePlaces,
} from '../../files/catalogue-folder.ts';
import { steadyMilliseconds } from '../../files/steady-clock.ts';
import { systemReason } from '../../files/system-error.ts';
import { DumpError } from '../../shared/dump-error.ts';
import { Cancelled } from '../../shared/rpc.ts';
import { FleetError } from '../fleet-error.ts';
import { openDatabase, type Database } from './database.ts';
import { loadDrivers, loadPglite } from './drivers.ts';
import { ownerNote, ownerOf, ownerText } from './owner.ts';
import { reopening, type Attached } from './reopening.ts';
import { defined } from '../../shared/defined.ts';

/** How long an owner that ends, or begins, may take until it answers or is gone. */
const usualPatienceMs = 120_000;
/** How long an owner that has finished its own work serves those who are connected; a worker among them opens the catalogue itself then (reopening.ts). */
const lingerMs = 20_000;
const mostClients = 256;

class Busy extends Error {}

/** @throws DumpError io where that cannot be said, as of a folder that the user may not enter */
function isThere(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch (error) {
    throw new DumpError('io', { file: path }, systemReason(error), 'a folder of a fleet catalogue');
  }
}

/** Connections of a process: its own transactions exclude each other anyway. */
const connect = (socket: string, place: string, connections: number, onClose?: () => Promise<void>): Database =>
  openDatabase({
    kind: 'embedded',
    place,
    pool: { host: socket, port: 5432, user: 'postgres', database: 'postgres', max: connections, connectionTimeoutMillis: usualPatienceMs },
    ...defined({ onClose }),
  });

/** Of the file system that PGlite is compiled with (WASI's errno). */
const wasiReasons: Readonly<Record<number, string>> = {
  2: 'no permission',
  29: 'the device reports an error',
  51: 'the disk is full',
  69: 'the file system is read-only',
};

function pgliteReason(error: unknown): string {
  if (error instanceof Error) return error.message;
  const { errno } = (error ?? {}) as { readonly errno?: unknown };
  return typeof errno === 'number' ? (wasiReasons[errno] ?? `error ${errno} of its file system`) : String(error);
}

/** @throws DumpError io; what was begun of a new database is removed: half of one cannot be opened */
async function openPglite(data: string, folder: string): Promise<PGlite> {
  const isNew = !isThere(data);
  try {
    return await loadPglite().PGlite.create(data);
  } catch (error) {
    if (isNew) removeDatabase(data);
    const expected = isNew ? 'room for a new database, about 50 MiB' : 'a database that can be opened and written';
    throw new DumpError('io', { file: folder }, `its database cannot be ${isNew ? 'made' : 'opened'}: ${pgliteReason(error)}`, expected);
  }
}

async function own(folder: string, places: CataloguePlaces, command: string, connections: number, unlock: () => void): Promise<Database> {
  const left = ownerOf(places.owner);
  if (left !== undefined) removeSocket(left.socket, folder);
  removeSocket(folder, folder);
  removeOwner(places.owner);
  const pglite = await openPglite(places.data, folder);
  const socket = socketFolder(folder);
  const server = new (loadDrivers().socket.PGLiteSocketServer)({ db: pglite, path: join(socket, socketName), maxConnections: mostClients });
  await server.start();
  closeSocketToOthers(socket);
  writeOwner(places.owner, JSON.stringify(ownerNote(command, socket)));
  return connect(socket, folder, connections, async () => {
    // To open the database takes longer than most commands: those who come while others are here are served too.
    const end = steadyMilliseconds() + lingerMs;
    while (server.getStats().activeConnections > 0 && steadyMilliseconds() < end) await sleep(20);
    removeOwner(places.owner);
    await server.stop();
    await pglite.close();
    removeSocket(socket, folder);
    unlock();
  });
}

export interface EmbeddedOptions {
  /** For those who find the catalogue open. */
  readonly command: string;
  /** At once, of this process. */
  readonly connections: number;
  /** Makes a database if there is none. */
  readonly make: boolean;
  /** How long to wait for an owner that does not answer. */
  readonly patienceMs?: number | undefined;
  readonly signal: AbortSignal;
}

/**
 * @throws FleetError busy when another process has it and cannot be reached from here
 * @throws DumpError io when the folder is not the user's alone; Cancelled
 */
export async function openEmbedded(folder: string, options: EmbeddedOptions): Promise<Database> {
  const first = await attach(folder, options);
  // What is under way is completed even if the user has stopped the command.
  const again = (): Promise<Attached> => attach(folder, { ...options, make: false, signal: new AbortController().signal });
  return first.isOwner ? first.database : reopening(first, again);
}

async function attach(folder: string, { command, connections, make, signal, patienceMs = usualPatienceMs }: EmbeddedOptions): Promise<Attached> {
  const none = (): FleetError => new FleetError('schema', `${folder} holds no fleet catalogue yet: "dumpbench fleet init" makes one`);
  const wasThere = isThere(folder);
  if (!make && !wasThere) throw none();
  const places = cataloguePlaces(folder);
  const giveUp = steadyMilliseconds() + patienceMs;
  for (;;) {
    if (signal.aborted) throw new Cancelled();
    const unlock = await holdLock(places.lock, { what: `the catalogue ${folder}`, busy: () => new Busy(), waitMilliseconds: 0, signal }).catch(
      (error: unknown) => {
        if (error instanceof Busy) return undefined;
        throw error;
      },
    );
    if (unlock !== undefined) {
      try {
        if (!make && !isThere(places.data)) throw none();
        return { database: await own(folder, places, command, connections, unlock), isOwner: true };
      } catch (error) {
        unlock();
        if (!wasThere) removeEmpty(folder);
        throw error;
      }
    }
    const owner = ownerOf(places.owner);
    if (owner !== undefined && owner.host !== hostname())
      throw new FleetError(
        'busy',
        `the catalogue ${folder} is open: ${ownerText(owner)}. It can be reached on that machine alone; several machines need a server`,
      );
    if (owner !== undefined) {
      const database = connect(owner.socket, folder, connections);
      try {
        await database.run('SELECT 1');
        return { database, isOwner: false };
      } catch (error) {
        await database.close();
        // It is about to end, or to start.
        if (!(error instanceof FleetError) || error.problem !== 'unreachable') throw error;
      }
    }
    if (steadyMilliseconds() >= giveUp) {
      const whose = owner === undefined ? 'another process, which does not say who it is' : ownerText(owner);
      throw new FleetError('busy', `the catalogue ${folder} is open, and does not answer: ${whose}`);
    }
    await sleep(50);
  }
}
