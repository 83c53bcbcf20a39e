/** Scripts that start the desktop program for a command: those of the checkout, or those next to the bundle where Dumpbench is installed. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The bundle is in out/cli, as deep as the sources in src/cli. */
const beside = (path: string): URL => new URL(path, import.meta.url);

export const isCheckout = (): boolean => existsSync(beside('../../src/cli/main.ts'));

/** Path of a script that both have. */
export const programScript = (name: 'start' | 'print-page'): string =>
  fileURLToPath(isCheckout() ? beside(`../../scripts/${name}.mjs`) : beside(`scripts/installed/${name}.mjs`));
