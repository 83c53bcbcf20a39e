/** The registry of rules, in the order of what they warn of: what stands still, memory, the system. */
import type { ProblemRule } from '../problem-rule.ts';
import { brokenLists } from './broken-lists.ts';
import { crashkernel } from './crashkernel.ts';
import { deadlocks } from './deadlocks.ts';
import { hungTasks } from './hung-tasks.ts';
import { load } from './load.ts';
import { logReports } from './log-reports.ts';
import { availableMemory, dirtyMemory, sharedMemory, slabMemory, swapSpace } from './memory.ts';
import { offlineCpus } from './offline-cpus.ts';
import { stalledCpus } from './stalled-cpus.ts';
import { stuckRequests } from './stuck-requests.ts';
import { stuckWork } from './stuck-work.ts';
import { taint } from './taint.ts';
import { timeJumps } from './time-jumps.ts';
import { fragmentation, zoneWatermarks } from './zones.ts';

export const problemRules: readonly ProblemRule[] = [
  deadlocks,
  hungTasks,
  stalledCpus,
  stuckWork,
  stuckRequests,
  load,
  availableMemory,
  zoneWatermarks,
  fragmentation,
  slabMemory,
  sharedMemory,
  dirtyMemory,
  swapSpace,
  brokenLists,
  taint,
  offlineCpus,
  crashkernel,
  logReports,
  timeJumps,
];
