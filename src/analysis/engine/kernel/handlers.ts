/** The engine's methods about what the kernel says. */
import type { SessionOf, SomeMethods } from '../session/open-sessions.ts';
import { analysisHandlers } from './analyses.ts';
import { describeBacktrace } from './backtraces.ts';
import { describeKernelFacts } from './kernel-facts.ts';
import { describeMappings } from './kernel-mappings.ts';
import { describeMemoryUsage } from './kernel-memory-usage.ts';
import { describeModules } from './kernel-modules.ts';
import { describeLog, describeSymbols, symbolize } from './kernel-story.ts';
import { describeTasks } from './kernel-tasks.ts';
import { describeStruct, describeTypeNames } from './kernel-types.ts';
import { answerVmcoreinfo } from './vmcoreinfo-copies.ts';

export const kernelHandlers = (sessionOf: SessionOf) =>
  ({
    ...analysisHandlers(sessionOf),
    dmesg: ({ dump, view }, { signal }) => describeLog(sessionOf(dump, view), signal),
    symbols: ({ dump, view, ...request }, { signal }) => describeSymbols(sessionOf(dump, view), request, signal),
    symbolize: ({ dump, view, ...request }, { signal }) => symbolize(sessionOf(dump, view), request, signal),
    struct: ({ dump, view, ...request }, { signal }) => describeStruct(sessionOf(dump, view), request, signal),
    typeNames: ({ dump, view, module }, { signal }) => describeTypeNames(sessionOf(dump, view), module, signal),
    vmcoreinfo: ({ dump, view, copies }, { signal }) => answerVmcoreinfo(sessionOf(dump, view), copies === true, signal),
    tasks: ({ dump, view }, { signal }) => describeTasks(sessionOf(dump, view), signal),
    modules: ({ dump, view }, { signal }) => describeModules(sessionOf(dump, view), signal),
    backtrace: ({ dump, view, ...request }, { signal }) => describeBacktrace(sessionOf(dump, view), request, signal),
    mappings: ({ dump, view, pid }, { signal }) => describeMappings(sessionOf(dump, view), pid, signal),
    memoryUsage: ({ dump, view }, { signal }) => describeMemoryUsage(sessionOf(dump, view), signal),
    kernelFacts: ({ dump, view }, { signal }) => describeKernelFacts(sessionOf(dump, view), signal),
  }) satisfies SomeMethods;
