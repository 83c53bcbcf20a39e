/** The engine's methods about what the kernel says. */
import type { SessionOf, SomeMethods } from '../session/open-sessions.ts';
import { defined } from '../../../shared/defined.ts';
import { hex } from '../../../shared/units.ts';
import { describeAddress } from './address.ts';
import { analysisHandlers } from './analyses.ts';
import { describeBacktrace } from './backtrace.ts';
import { describeKernelFacts } from './kernel-facts.ts';
import { describeMappings } from './mappings.ts';
import { describeMemoryUsage } from './memory-usage.ts';
import { describeModules } from './modules.ts';
import { describeDisassembly } from './disassemble.ts';
import { describeLogClock } from './log-clock.ts';
import { describeLog } from './dmesg.ts';
import { completeTask, namePlaces } from './place-words.ts';
import { completeSymbol, symbolModules, symbolPage } from './symbol-pages.ts';
import { describeSymbols, symbolize } from './symbols.ts';
import { findSymbolAddress } from './symbol-address.ts';
import { describeTasks } from './tasks.ts';
import { describeStruct } from './struct.ts';
import { describeTypeNames } from './type-names.ts';
import { answerVmcoreinfo } from './vmcoreinfo.ts';

export const kernelHandlers = (sessionOf: SessionOf) =>
  ({
    ...analysisHandlers(sessionOf),
    dmesg: async ({ dump, view, stream, clock }, { signal, progress }) => {
      const session = sessionOf(dump, view);
      const log = await describeLog(session, signal, stream === true ? (records) => progress({ records }) : undefined);
      // What a saved file says is not of this memory's clock.
      return clock === true && log.file === undefined ? { ...log, ...defined({ clock: await describeLogClock(session, signal) }) } : log;
    },
    symbols: ({ dump, view, stream, ...request }, { signal, progress }) =>
      describeSymbols(sessionOf(dump, view), request, signal, stream === true ? (symbols) => progress({ symbols }) : undefined),
    symbolPage: ({ dump, view, ...request }, { signal }) => symbolPage(sessionOf(dump, view), request, signal),
    symbolModules: ({ dump, view }, { signal }) => symbolModules(sessionOf(dump, view), signal),
    completeSymbol: ({ dump, view, ...request }, { signal }) => completeSymbol(sessionOf(dump, view), request, signal),
    completeTask: ({ dump, view, ...request }, { signal }) => completeTask(sessionOf(dump, view), request, signal),
    namePlaces: ({ dump, view, places }, { signal }) => namePlaces(sessionOf(dump, view), places, signal),
    symbolize: ({ dump, view, ...request }, { signal }) => symbolize(sessionOf(dump, view), request, signal),
    struct: ({ dump, view, ...request }, { signal }) => describeStruct(sessionOf(dump, view), request, signal),
    symbolAddress: async ({ dump, view, ...symbol }, { signal }) => ({ address: hex(await findSymbolAddress(sessionOf(dump, view), symbol, signal)) }),
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
