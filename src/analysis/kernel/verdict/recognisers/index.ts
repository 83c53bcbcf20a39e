/** The registry. Of several troubles with the same tie to the end the first in this order is the verdict. */
import type { Recogniser } from '../recogniser.ts';
import { earlyBoot, rootFileSystem } from './boot.ts';
import { bug } from './bug.ts';
import { cpuLoop } from './cpu-loop.ts';
import { deadlock } from './deadlock.ts';
import { hungTask } from './hung-task.ts';
import { ioStall } from './io-stall.ts';
import { listCorruption } from './list-corruption.ts';
import { lockHeld } from './lock-held.ts';
import { machineCheck } from './machine-check.ts';
import { outOfMemory } from './out-of-memory.ts';
import { programFault } from './program-fault.ts';
import { hypervisorRequest, operatorRequest } from './requests.ts';
import { slabCorruption } from './slab-corruption.ts';
import { stackOverflow } from './stack-overflow.ts';
import { disabledWait, kdumpFailed } from './stopped.ts';
import { warningPanic } from './warning-panic.ts';

export const recognisers: readonly Recogniser[] = [
  machineCheck,
  stackOverflow,
  outOfMemory,
  rootFileSystem,
  listCorruption,
  slabCorruption,
  programFault,
  bug,
  warningPanic,
  deadlock,
  lockHeld,
  ioStall,
  cpuLoop,
  hungTask,
  earlyBoot,
  disabledWait,
  kdumpFailed,
  operatorRequest,
  hypervisorRequest,
];
