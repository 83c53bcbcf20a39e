/** Dumps on disk for the tests of the command line, and a way to call every command. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { GenericSchema } from 'valibot';
import { inspectSchema } from '../../../src/shared/inspect-model.ts';
import { addressSchema } from '../../../src/shared/address-model.ts';
import { disassemblySchema } from '../../../src/shared/code-model.ts';
import { dmesgSchema, structSchema, symbolsSchema } from '../../../src/shared/kernel-model.ts';
import { verifySchema } from '../../../src/shared/check-model.ts';
import { cpusSchema } from '../../../src/shared/cpu-model.ts';
import { indexSchema, readSchema, sampleSchema, sqlSchema, translateSchema } from '../../../src/shared/memory-model.ts';
import { infoSchema } from '../../../src/shared/model.ts';
import { lowcoreSchema, notesSchema, osInfoSchema, regionsSchema, vmcoreinfoSchema } from '../../../src/shared/structure-model.ts';
import { triageSchema } from '../../../src/shared/triage-model.ts';
import { catalogueSchema } from '../../../src/shared/catalogue-model.ts';
import { completionSchema } from '../../../src/shared/completion-model.ts';
import { doctorSchema } from '../../../src/shared/doctor-model.ts';
import { cacheSchema } from '../../../src/shared/cache-model.ts';
import { searchSchema } from '../../../src/shared/search-model.ts';
import { exportSchema } from '../../../src/shared/export-model.ts';
import { manifestSchema } from '../../../src/shared/integrity-protocol.ts';
import { backtraceSchema, kernelFactsSchema, mappingsSchema, memoryUsageSchema, modulesSchema, tasksSchema } from '../../../src/shared/task-model.ts';
import { analysisSchema } from '../../../src/shared/analysis-table.ts';
import { bundledSamples } from '../../../src/samples/bundled.ts';
import { dumpWithTypes } from '../kernel/described-btf.ts';
import { buildCase, buildCaseFiles } from '../../../src/samples/case-text.ts';
import { compareSchema } from '../../../src/shared/compare-model.ts';

export interface CommandFiles {
  readonly healthy: string;
  readonly damaged: string;
  /** Memory from 0x8000 to 0xa000 is not in it. */
  readonly hole: string;
  readonly notDump: string;
  /** Holds the types of its kernel. */
  readonly types: string;
  /** The first volume of a set whose other one is not there. */
  readonly volume: string;
}

export function commandFiles(folder: string): CommandFiles {
  const write = (name: string, bytes: Uint8Array | string): string => {
    const path = join(folder, name);
    writeFileSync(path, bytes);
    return path;
  };
  const [healthy, damaged] = bundledSamples();
  return {
    healthy: write('healthy.vmcore', healthy?.bytes ?? ''),
    damaged: write('damaged.s390', damaged?.bytes ?? ''),
    hole: write('hole.vmcore', buildCase('memory 64 KiB\ncpu prefix=0x2000\nload 0x0 0x8000\nload 0xa000 0x6000\nformat elf-vmcore')),
    notDump: write('notes.txt', 'just some text\n'),
    types: write('types.vmcore', dumpWithTypes()),
    volume: write('volume.1', [...buildCaseFiles('memory 64 KiB\ncpu prefix=0x8000\nformat s390-mv partitions=0xa000,0xa000').values()][0] ?? ''),
  };
}

export interface JsonCommand {
  readonly schema: GenericSchema;
  readonly args: (files: CommandFiles, folder: string) => readonly string[];
  /** What it says on standard error, where no sample has what it reads. */
  readonly says?: RegExp;
}

/** Each call writes a file of its own. */
let exports = 0;

/** How every command is called so that it answers in JSON. A new command needs its line here. */
export const jsonCommands: Readonly<Record<string, JsonCommand>> = {
  compare: { schema: compareSchema, args: ({ healthy }) => [healthy, healthy] },
  triage: { schema: triageSchema, args: ({ healthy, damaged }) => [healthy, damaged] },
  info: { schema: infoSchema, args: ({ healthy }) => [healthy] },
  notes: { schema: notesSchema, args: ({ healthy }) => [healthy] },
  cpus: { schema: cpusSchema, args: ({ damaged }) => [damaged, '--cpu', '1'] },
  lowcore: { schema: lowcoreSchema, args: ({ damaged }) => [damaged, '--cpu', '0'] },
  regions: { schema: regionsSchema, args: ({ hole }) => [hole] },
  vmcoreinfo: { schema: vmcoreinfoSchema, args: ({ healthy }) => [healthy] },
  osinfo: { schema: osInfoSchema, args: ({ damaged }) => [damaged] },
  read: { schema: readSchema, args: ({ healthy }) => [healthy, 'lowcore+0xe18', '8'] },
  inspect: { schema: inspectSchema, args: ({ healthy }) => [healthy, 'cpu0.lowcore+0x1a0'] },
  translate: { schema: translateSchema, args: ({ healthy }) => [healthy, '0x1000'] },
  index: { schema: indexSchema, args: ({ damaged }) => [damaged] },
  verify: { schema: verifySchema, args: ({ healthy }) => [healthy, '--quick'] },
  search: { schema: searchSchema, args: ({ damaged }) => [damaged, '4f53 49?? 464f', '--type', 'bytes', '--class', 'data,pointers'] },
  manifest: { schema: manifestSchema, args: ({ healthy }) => [healthy] },
  cache: { schema: cacheSchema, args: () => [] },
  completion: { schema: completionSchema, args: () => ['bash'] },
  doctor: { schema: doctorSchema, args: () => [] },
  catalogue: { schema: catalogueSchema, args: () => [] },
  sql: { schema: sqlSchema, args: ({ damaged }) => [damaged, 'select state, count(*) from page group by state'] },
  dmesg: { schema: dmesgSchema, args: ({ healthy }) => [healthy, '--level', 'notice'] },
  ftrace: { schema: analysisSchema, args: ({ healthy }) => [healthy], says: /missing:\n {2}types: / },
  symbols: { schema: symbolsSchema, args: ({ healthy }) => [healthy, '*panic*'] },
  struct: { schema: structSchema, args: ({ types }) => [types, 'prb_desc_ring', '0x1000'] },
  disassemble: { schema: disassemblySchema, args: ({ healthy }) => [healthy, 'absolute:0x1000', '--count', '4'] },
  address: { schema: addressSchema, args: ({ healthy }) => [healthy, 'cpu0.lowcore+0x1a0'] },
  kernel: { schema: kernelFactsSchema, args: ({ healthy }) => [healthy] },
  tasks: { schema: tasksSchema, args: ({ healthy }) => [healthy] },
  modules: { schema: modulesSchema, args: ({ healthy }) => [healthy] },
  maps: { schema: mappingsSchema, args: ({ healthy }) => [healthy, '1'] },
  'memory-usage': { schema: memoryUsageSchema, args: ({ healthy }) => [healthy] },
  analyse: { schema: analysisSchema, args: ({ healthy }) => [healthy, 'log'] },
  backtrace: { schema: backtraceSchema, args: ({ healthy }) => [healthy, '--all'] },
  export: { schema: exportSchema, args: ({ damaged }, folder) => [damaged, '--format', 'elf', '--output', join(folder, `exported.${exports++}.vmcore`)] },
  sample: { schema: sampleSchema, args: (_files, folder) => [join(folder, 'samples')] },
};

/** Commands whose answer is not one of the JSON shapes: their own tests say what they write. */
export const otherCommands: readonly string[] = ['report', 'attest', 'capsule', 'fleet', 'open'];
