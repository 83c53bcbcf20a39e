/**
 * The packages that talk to databases, and the one that writes Parquet. They are loaded when a catalogue is opened: no other command waits for them. Next to a bundle are one script with
 * pg, pg-boss, pglite-socket and hyparquet-writer in it, and PGlite as it is, with the files that it looks for next to itself (scripts/build.mjs); a checkout has the packages.
 */
import { createRequire } from 'node:module';
import type * as pglite from '@electric-sql/pglite';
import type * as socket from '@electric-sql/pglite-socket';
import type pg from 'pg';
import type * as parquet from 'hyparquet-writer';
import type * as boss from 'pg-boss';

interface Drivers {
  readonly pg: typeof pg;
  readonly boss: typeof boss;
  readonly parquet: typeof parquet;
  readonly socket: typeof socket;
}

const load = createRequire(import.meta.url);
const isBundle = !import.meta.url.endsWith('.ts');

let drivers: Drivers | undefined;

export function loadDrivers(): Drivers {
  drivers ??= isBundle
    ? (load('./fleet-drivers.cjs') as Drivers)
    : {
        pg: load('pg') as Drivers['pg'],
        boss: load('pg-boss') as Drivers['boss'],
        // Only Parquet needs it: nothing else waits for it.
        get parquet() {
          return load('hyparquet-writer') as Drivers['parquet'];
        },
        socket: load('@electric-sql/pglite-socket') as Drivers['socket'],
      };
  return drivers;
}

/** PostgreSQL as WebAssembly. */
export const loadPglite = (): typeof pglite => load(isBundle ? './pglite/index.cjs' : '@electric-sql/pglite') as typeof pglite;
