/** Machines whose dumps are read, by the names of `uname -m`: what a person can give where a dump does not say it. */
export const machineNames = ['s390x', 'x86_64', 'aarch64', 'ppc64', 'ppc64le'] as const;
