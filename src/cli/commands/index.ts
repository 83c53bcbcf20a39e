/** The registry of commands. */
import type { Command } from '../command.ts';
import { addressCommand } from './address.ts';
import { compareCommand } from './compare.ts';
import { disassembleCommand } from './disassemble.ts';
import { dmesgCommand } from './dmesg.ts';
import { doctorCommand } from './doctor.ts';
import { analyseCommand } from './analyse.ts';
import { attestCommand } from './attest.ts';
import { capsuleCommand } from './capsule.ts';
import { catalogueCommand } from './catalogue.ts';
import { cacheCommand } from './cache.ts';
import { completionCommand } from './completion.ts';
import { exportCommand } from './export.ts';
import { fleetCommand } from './fleet.ts';
import { ftraceCommand } from './ftrace.ts';
import { indexCommand } from './index-pages.ts';
import { inspectCommand } from './inspect.ts';
import { kernelStateCommands } from './kernel-state.ts';
import { lowcoreCommand } from './lowcore.ts';
import { manifestCommand } from './manifest.ts';
import { openCommand } from './open.ts';
import { notesCommand } from './notes.ts';
import { readCommand } from './read.ts';
import { reportCommand } from './report.ts';
import { sampleCommand } from './sample.ts';
import { searchCommand } from './search.ts';
import { sqlCommand } from './sql.ts';
import { cpusCommand, infoCommand, osinfoCommand } from './structures.ts';
import { regionsCommand } from './regions.ts';
import { structCommand } from './struct.ts';
import { symbolsCommand } from './symbols.ts';
import { translateCommand } from './translate.ts';
import { triageCommand } from './triage.ts';
import { verifyCommand } from './verify.ts';
import { vmcoreinfoCommand } from './vmcoreinfo.ts';

export const commands: readonly Command[] = [
  triageCommand,
  compareCommand,
  infoCommand,
  notesCommand,
  cpusCommand,
  lowcoreCommand,
  regionsCommand,
  vmcoreinfoCommand,
  osinfoCommand,
  readCommand,
  inspectCommand,
  translateCommand,
  ...kernelStateCommands,
  analyseCommand,
  indexCommand,
  cacheCommand,
  verifyCommand,
  reportCommand,
  searchCommand,
  manifestCommand,
  attestCommand,
  capsuleCommand,
  exportCommand,
  sqlCommand,
  dmesgCommand,
  ftraceCommand,
  symbolsCommand,
  structCommand,
  addressCommand,
  disassembleCommand,
  fleetCommand,
  catalogueCommand,
  sampleCommand,
  completionCommand,
  doctorCommand,
  openCommand,
];
