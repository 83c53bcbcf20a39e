/** The process that can open a fleet's catalogue as stores see it, independent of the port. */
import type { FleetClient } from '../../shared/fleet-protocol.ts';

export interface FleetLink {
  /** Starts a process. @param onGone called once when it ends, also after `close` of the client */
  readonly start: (onGone: (reason: string) => void) => Promise<FleetClient>;
}
