/** Names of architectures, below their tables: formats and notes name one without knowing what it brings. */
export const architectureNames = ['s390x', 'x86_64', 'aarch64', 'ppc64', 'ppc64le'] as const;
export type Architecture = (typeof architectureNames)[number];

/** The architecture of a name, in whatever case; undefined for one that is not known. */
export const architectureNamed = (name: string): Architecture | undefined => architectureNames.find((one) => one === name.toLowerCase());
