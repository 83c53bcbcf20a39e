/** The engine's methods about what the kernel says. */
import type { SessionOf, SomeMethods } from '../session/open-sessions.ts';
import { describeAddress } from './address.ts';
import { analysisHandlers } from './analyses.ts';
import { describeBacktrace } from './backtrace.ts';
import { describeKernelFacts } from './kernel-facts.ts';
import { describeMappings } from './mappings.ts';
import { describeMemoryUsage } from './memory-usage.ts';
import { describeModules } from './modules.ts';
import { describeDisassembly } from './disassemble.ts';
import { describeLog } from './dmesg.ts';
import { describeSymbols, symbolize } from './symbols.ts';
import { describeTasks } from './tasks.ts';
import { describeStruct } from './struct.ts';
import { describeTypeNames } from './type-names.ts';
import { answerVmcoreinfo } from './vmcoreinfo.ts';

export const kernelHandlers = (sessionOf: SessionOf) =>
  ({
    ...analysisHandlers(sessionOf),
    dmesg: ({ dump, view, stream }, { signal, progress }) =>
      describeLog(sessionOf(dump, view), signal, stream === true ? (records) => progress({ records }) : undefined),
    symbols: ({ dump, view, stream, ...request }, { signal, progress }) =>
      describeSymbols(sessionOf(dump, view), request, signal, stream === true ? (symbols) => progress({ symbols }) : undefined),
    symbolize: ({ dump, view, ...request }, { signal }) => symbolize(sessionOf(dump, view), request, signal),
    struct: ({ dump, view, ...request }, { signal }) => describeStruct(sessionOf(dump, view), request, signal),
    address: ({ dump, view, ...request }, { signal }) => describeAddress(sessionOf(dump, view), request, signal),
    disassemble: ({ dump, view, ...request }, { signal }) => describeDisassembly(sessionOf(dump, view), request, signal),
    typeNames: ({ dump, view, module }, { signal }) => describeTypeNames(sessionOf(dump, view), module, signal),
    vmcoreinfo: ({ dump, view, copies }, { signal }) => answerVmcoreinfo(sessionOf(dump, view), copies === true, signal),
    tasks: ({ dump, view, stream }, { signal, progress }) =>
      describeTasks(sessionOf(dump, view), signal, stream === true ? (tasks) => progress({ tasks }) : undefined),
    modules: ({ dump, view }, { signal }) => describeModules(sessionOf(dump, view), signal),
    backtrace: ({ dump, view, ...request }, { signal }) => describeBacktrace(sessionOf(dump, view), request, signal),
    mappings: ({ dump, view, pid }, { signal }) => describeMappings(sessionOf(dump, view), pid, signal),
    memoryUsage: ({ dump, view }, { signal }) => describeMemoryUsage(sessionOf(dump, view), signal),
    kernelFacts: ({ dump, view }, { signal }) => describeKernelFacts(sessionOf(dump, view), signal),
  }) satisfies SomeMethods;
