/** What a process that reads dumps is started with: nothing else of the session, no password and no address of a database leaks into it. */

const kept = ['HOME', 'PATH', 'TMPDIR', 'TEMP', 'TMP', 'XDG_CACHE_HOME', 'LOCALAPPDATA', 'APPDATA', 'USERPROFILE', 'SystemRoot', 'LANG', 'LC_ALL'];

/** @param more variables that it needs besides */
export const childEnvironment = (environment: Readonly<Record<string, string | undefined>>, more: readonly string[] = []): Record<string, string> =>
  Object.fromEntries(
    [...kept, ...more].flatMap((name) => {
      const value = environment[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
