/** The registry of analyses, in the order of the catalogue. */
import type { Analysis } from './analysis.ts';
import { backtraces } from './backtraces.ts';
import { log } from './log.ts';
import { mappings } from './mappings.ts';
import { memoryUsage } from './memory-usage.ts';
import { modules } from './modules.ts';
import { tasks } from './tasks.ts';

export const analyses: readonly Analysis[] = [tasks, backtraces, log, modules, mappings, memoryUsage];
