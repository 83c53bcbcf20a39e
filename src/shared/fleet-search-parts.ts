/** memory: bytes of the dumps · catalogue: what is kept of them · pages: contents of pages that are in several dumps. */
export const fleetSearchParts = ['catalogue', 'memory', 'pages'] as const;
export type FleetSearchPart = (typeof fleetSearchParts)[number];
