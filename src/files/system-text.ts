/** Small files that the kernel of this machine writes about itself. */
import { readFileSync } from 'node:fs';

/** Their text; undefined if there is none to be read. */
export function systemText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
