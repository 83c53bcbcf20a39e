/** What a process that reads dumps is started with: nothing else of the session, no password and no address of a database leaks into it. */

const kept = ['HOME', 'PATH', 'TMPDIR', 'TEMP', 'TMP', 'XDG_CACHE_HOME', 'LOCALAPPDATA', 'APPDATA', 'USERPROFILE', 'SystemRoot', 'LANG', 'LC_ALL'];

/**
 * Freed buffers of more than 128 KiB go back to the system. Without it glibc raises that limit to 32 MiB as such buffers are freed, and keeps what
 * lies between others: a process that works for long, or a report of a large system, then takes a tenth more. Other allocators ignore it.
 */
export const allocator = { MALLOC_MMAP_THRESHOLD_: '131072' } as const;

/** @param more variables that it needs besides */
export const childEnvironment = (environment: Readonly<Record<string, string | undefined>>, more: readonly string[] = []): Record<string, string> => ({
  ...allocator,
  ...Object.fromEntries(
    [...kept, ...Object.keys(allocator), ...more].flatMap((name) => {
      const value = environment[name];
      return value === undefined ? [] : [[name, value]];
    }),
  ),
});
