/** The process that has a fleet's catalogue open: started when the user opens one, and ended by closing its port. */
import type { MessagePortMain } from 'electron';
import { childEnvironment } from '../shared/child-environment.ts';
import { childNode, startHost, type HostProcess } from './host-process.ts';

/** Where catalogues are, and as which user to connect: the variables that `dumpbench fleet` uses too. */
const ofCatalogues = ['XDG_DATA_HOME', 'DUMPBENCH_FLEET_URL', 'USER'];
const ofLibpq = ['HOST', 'PORT', 'USER', 'PASSWORD', 'PASSFILE', 'DATABASE', 'SSLMODE', 'SSLROOTCERT', 'SSLCERT', 'SSLKEY'].map((name) => `PG${name}`);

export function startFleet(port: MessagePortMain): HostProcess {
  return startHost(
    {
      what: 'the process of the catalogue',
      serviceName: 'Dumpbench fleet',
      entries: { utility: 'engine/fleet-process', child: 'engine/fleet-process' },
      // The process starts its own child processes, which read the dumps that are searched.
      environment: { ...childEnvironment(process.env, [...ofCatalogues, ...ofLibpq]), DUMPBENCH_NODE: childNode() },
    },
    port,
    // The closed port tells the page.
    () => undefined,
  );
}
