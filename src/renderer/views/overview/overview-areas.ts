/** The placement of the overview's cards. Cards that a dump does not have leave no gap. */

export interface ShownCards {
  /** The backtrace of the task that crashed. */
  readonly trace: boolean;
  /** What kdump would have done. */
  readonly kdump: boolean;
  /** Findings: severe ones are above what the system did, remarks below it. */
  readonly findings: 'grave' | 'remarks' | 'none';
}

const rows = (...areas: readonly (string | undefined)[]): string =>
  areas
    .filter((area) => area !== undefined)
    .map((area) => `'${area}'`)
    .join(' ');

/** Areas of a pane that is about 1200 pixels wide: memory and its problems, what died, then the machine. Columns are 5, 1, and 4 parts. */
export const mediumAreas = ({ trace, kdump, findings }: ShownCards): string =>
  rows(
    'memory memory memory',
    findings === 'grave' ? 'findings findings findings' : undefined,
    trace ? 'trace log log' : undefined,
    // The log is longer than a backtrace: next to it there is room for both.
    trace && kdump ? 'kdump log log' : undefined,
    kdump && !trace ? 'cpus cpus kdump' : 'cpus cpus cpus',
    trace ? undefined : 'log log log',
    findings === 'remarks' ? 'findings findings findings' : undefined,
  );

/** Areas of a pane of 1500 pixels and more: three columns of 5, 5, and 4 parts. */
export const wideAreas = ({ trace, kdump }: Omit<ShownCards, 'findings'>): string =>
  rows(
    trace ? `trace log ${kdump ? 'kdump' : 'findings'}` : undefined,
    `cpus cpus ${kdump && !trace ? 'kdump' : 'findings'}`,
    trace ? undefined : 'log log findings',
    'memory memory findings',
  );

/** For an evidence capsule, which has no registers and no kernel log. */
export const capsuleAreas = {
  medium: rows('memory memory memory', 'findings findings findings'),
  wide: rows('memory memory findings'),
};
