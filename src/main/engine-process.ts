/** Runs the engine outside the main process. */
import type { MessagePortMain } from 'electron';
import { childEnvironment } from '../shared/child-environment.ts';
import { entryFile, startHost, type HostProcess } from './host-process.ts';
import { serveSqlProcesses } from './sql-process.ts';

/** @param onGone called once, with a sentence for the user, when the engine ends without having been stopped */
export function startEngine(port: MessagePortMain, onGone: (reason: string) => void): HostProcess {
  const environment = childEnvironment(process.env);
  return startHost(
    {
      what: 'the engine',
      serviceName: 'Dumpbench engine',
      entries: { utility: 'engine/utility-process', child: 'engine/child-process' },
      environment,
      onUtility: (child) => serveSqlProcesses(child, entryFile('engine/sql-console'), environment),
    },
    port,
    onGone,
  );
}
