/** Which layout the lowcore at an address has, by all that the dump knows. */
import type { CpuJson } from '../../../shared/cpu-model.ts';
import { chooseLowcoreLayout, type LowcoreChoice, type LowcoreContext } from '../../arch/s390x/lowcore/choose-layout.ts';
import { lowcoreSize } from '../../arch/s390x/save-area.ts';
import { vmcoreinfoNumber } from '../../kernel/vmcoreinfo/vmcoreinfo.ts';
import type { Session } from '../session/session.ts';

/** What the dump knows that helps to tell layouts apart. */
export function lowcoreContext(session: Session, cpu?: CpuJson): LowcoreContext {
  const vmcoreinfo = session.knownVmcoreinfo;
  const home = cpu?.crs?.[13];
  return {
    release: vmcoreinfo?.entries.get('OSRELEASE') ?? session.utsName?.release ?? session.image.names?.release,
    memoryEnd: session.memory.end,
    cpuLimit: vmcoreinfoNumber(vmcoreinfo, 'LENGTH(lowcore_ptr)'),
    homeAsce: home === undefined ? undefined : BigInt(home),
  };
}

/** The layout of the lowcore at an address; undefined when not all of its bytes are in the dump. */
export function lowcoreChoiceAt(session: Session, address: bigint, cpu?: CpuJson): { readonly choice: LowcoreChoice; readonly bytes: Uint8Array } | undefined {
  const bytes = session.memory.readPresent(address, lowcoreSize);
  return bytes === undefined ? undefined : { bytes, choice: chooseLowcoreLayout(bytes, lowcoreContext(session, cpu)) };
}
