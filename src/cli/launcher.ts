/** The Node that started this one for the command line (scripts/node-runtime.mjs), where there is one. */

const lookEveryMs = 1000;

/** Calls `end` once the launcher is gone: a killed one does not pass on a signal, and a worker without it would run forever. */
export function whenLauncherIsGone(end: () => void): void {
  const launcher = Number(process.env.DUMPBENCH_LAUNCHER);
  if (!(launcher > 0)) return;
  // It is not the launcher of what this process starts.
  delete process.env.DUMPBENCH_LAUNCHER;
  const timer = setInterval(() => {
    if (process.ppid === launcher) return;
    clearInterval(timer);
    end();
  }, lookEveryMs);
  timer.unref();
}
