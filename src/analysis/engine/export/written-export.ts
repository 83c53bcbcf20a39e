/** What an export says of itself and of its kernel to those who open it with other programs. */
import { architectures } from '../../arch/index.ts';
import type { ExportPlan } from '../../export/export-plan.ts';
import type { WrittenExport } from '../../export/open-with.ts';
import { parseVmcoreinfo } from '../../kernel/vmcoreinfo/vmcoreinfo.ts';
import type { Session } from '../session/session.ts';
import type { ExportRequest } from './plan.ts';

/** @param start absolute address of the first page in it */
export function writtenExport(session: Session, plan: ExportPlan, request: ExportRequest, start: bigint | undefined): WrittenExport {
  const { format, output: path } = request;
  const entries = plan.vmcoreinfo === undefined ? new Map<string, string>() : parseVmcoreinfo(Buffer.from(plan.vmcoreinfo).toString('latin1'));
  const { utsName } = session;
  const release = entries.get('OSRELEASE') ?? utsName?.release;
  return {
    path,
    format,
    arch: plan.machine.arch,
    release,
    // Of another kernel's name nothing is said of this one.
    version: utsName?.release === release ? utsName?.version : undefined,
    buildId: entries.get('BUILD-ID'),
    hasVmcoreinfo: format !== 'raw' && plan.vmcoreinfo !== undefined,
    isMappedApart: architectures[plan.machine.arch].features.has('lowcore') && entries.has('IDENTITYBASE'),
    cpus: plan.notes.cpus.filter((notes) => notes.length > 0).length,
    isPart: plan.isPart,
    start,
  };
}
