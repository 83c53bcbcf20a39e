/** Names of architectures, below their tables: formats and notes name one without knowing what it brings. */
import { machineNames } from '../../shared/machine-names.ts';

export const architectureNames = machineNames;
export type Architecture = (typeof architectureNames)[number];

/** The architecture of a name, in whatever case; undefined for one that is not known. */
export const architectureNamed = (name: string): Architecture | undefined => architectureNames.find((one) => one === name.toLowerCase());
