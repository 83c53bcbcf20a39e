/** The registry of analyses: one line each, in the order of the alphabet. */
export { backtraces } from './backtraces.ts';
export { cpusRunning } from './cpus-running.ts';
export { debugFeature } from './debug-feature.ts';
export { hangs } from './hangs.ts';
export { log } from './log.ts';
export { mappings } from './mappings.ts';
export { memoryUsage } from './memory-usage.ts';
export { modules } from './modules.ts';
export { problems } from './problems.ts';
export { slabCaches } from './slab-caches.ts';
export { stacks } from './stacks.ts';
export { tasks } from './tasks.ts';
export { vmallocTable } from './vmalloc-areas.ts';
