/** Entry point of the command line in the sources; the bundle starts with `program.ts` and includes its compiled code (scripts/cli-start.cjs). */
import { enableCompileCache } from 'node:module';
import { codeFolder } from '../files/cache-folder.ts';

// Compiled modules of the run before: most of the start of a process is compiling. If it cannot be stored, nothing is.
const code = codeFolder();
if (code !== undefined) enableCompileCache(code);
void import('./program.ts').then(({ main }) => main());
