/** What is registered, as doors list it. */
import type { Analysis } from './analysis.ts';
import * as registered from './index.ts';

/** By their titles; the order of a module's exports is nobody's choice. */
export const analyses: readonly Analysis[] = Object.values(registered).sort((a, b) => (a.table.title.toLowerCase() < b.table.title.toLowerCase() ? -1 : 1));
