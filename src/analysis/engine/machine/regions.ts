/** `regions`: what lies where in memory. */
import type { Session } from '../session/session.ts';
import type { RegionJson, RegionsJson } from '../../../shared/structure-model.ts';
import { hex } from '../../../shared/units.ts';
import { OS_INFO_MAGIC, osInfoSize, osInfoValid } from '../../arch/s390x/os-info.ts';
import { cpuName, cpuNumbering } from '../../../shared/cpu-registers.ts';
import { lowcoreSize } from '../../arch/s390x/save-area.ts';
import { schemaVersion } from '../../../shared/model.ts';
import { containerRegions } from './memory-regions.ts';
import { ownLowcore } from './lowcore-of-cpu.ts';
import { machineCpus } from './machine-cpus.ts';

export function describeRegions(session: Session): RegionsJson {
  const { regions: ofContainer, summarized } = containerRegions(session.image.memory);
  const regions = [...ofContainer];
  const add = (name: string, kind: RegionJson['kind'], start: bigint, bytes: bigint | number): void => {
    regions.push({ name, start: hex(start), end: hex(start + BigInt(bytes)), kind });
  };
  if (session.osInfo?.stage === 'page' && session.osInfo.values.magic === OS_INFO_MAGIC) {
    const { pointer, values } = session.osInfo;
    add('os_info', 'structure', pointer, osInfoSize);
    if (values.crashkernel_addr !== 0n)
      add(
        osInfoValid(session.osInfo) ? 'crashkernel' : 'crashkernel (os_info checksum is wrong)',
        'crashkernel',
        values.crashkernel_addr,
        values.crashkernel_size,
      );
    const [start, end, physical] = [values.entry[10]?.addr ?? 0n, values.entry[11]?.addr ?? 0n, values.entry[12]?.addr ?? 0n];
    if (start < end && physical !== 0n) add('kernel image', 'kernel', physical, end - start);
  }
  const { cpus } = machineCpus(session);
  const numbering = cpuNumbering(cpus);
  for (const cpu of cpus) {
    const lowcore = ownLowcore(session, cpu);
    if (lowcore !== undefined) add(`lowcore of ${cpuName(cpu, numbering)}`, 'lowcore', lowcore, lowcoreSize);
  }
  const vmcoreinfo = session.knownVmcoreinfo;
  if (vmcoreinfo?.address !== undefined) add('vmcoreinfo', 'structure', vmcoreinfo.address, vmcoreinfo.text.length);
  return { schema: schemaVersion, regions, ...(summarized ? { summarized } : {}) };
}
