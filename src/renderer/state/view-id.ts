/** Ids of the views: in actions, tabs, test ids and session files. They never change. */
export const viewIds = [
  'overview',
  'cpus',
  'lowcore',
  'notes',
  'regions',
  'hex',
  'search',
  'integrity',
  'compare',
  'dmesg',
  'kernel',
  'disassembly',
  'symbols',
  'types',
  'sql',
  'fleet',
  'annotations',
  'jobs',
  'settings',
] as const;
export type ViewId = (typeof viewIds)[number];
