/** `vmcoreinfo`: the note wherever it is, as notes and pointers lead to it, else found by its text; and how its copies differ. */
import { defined } from '../../../shared/defined.ts';
import { DumpError } from '../../../shared/dump-error.ts';
import type { VmcoreinfoJson } from '../../../shared/structure-model.ts';
import { hex } from '../../../shared/units.ts';
import { originOf, type JudgedVmcoreinfo } from '../../kernel/vmcoreinfo/vmcoreinfo-fit.ts';
import { scanForVmcoreinfo } from '../../kernel/vmcoreinfo/vmcoreinfo-scan.ts';
import { vmcoreinfoInMemory, type Vmcoreinfo } from '../../kernel/vmcoreinfo/vmcoreinfo.ts';
import { compareBuildIds, judge } from '../session/kernel-search.ts';
import type { Session } from '../session/session.ts';
import { schemaVersion } from '../../../shared/model.ts';
import { isFailure } from '../../../shared/result.ts';

/** Written at the moment of the crash: a copy from before lacks it. */
const laterKeys: ReadonlySet<string> = new Set(['CRASHTIME']);

function copyJson(used: JudgedVmcoreinfo, copy: JudgedVmcoreinfo): NonNullable<VmcoreinfoJson['copies']>[number] {
  const [mine, { source, address, entries }] = [used.vmcoreinfo.entries, copy.vmcoreinfo];
  const keys = new Set([...mine.keys(), ...entries.keys()]);
  const differing = [...keys].filter((key) => !laterKeys.has(key) && mine.get(key) !== entries.get(key));
  const release = entries.get('OSRELEASE');
  return {
    source,
    ...(address === undefined ? {} : { address: hex(address) }),
    ...defined({ release }),
    differing,
    fits: copy.fit.fits,
    of: originOf(copy, used).text,
  };
}

/**
 * @param copies scan the whole memory for copies even where one is known
 * @throws DumpError absent, Cancelled
 */
export async function answerVmcoreinfo(session: Session, copies: boolean, signal: AbortSignal): Promise<VmcoreinfoJson> {
  const { image, memory, vmcoreinfo } = session;
  await session.findKernel(signal);
  const { knownVmcoreinfo } = session;
  if (knownVmcoreinfo !== undefined && !copies) return vmcoreinfoJson(knownVmcoreinfo);
  const scanned = await scanForVmcoreinfo(image, memory, signal);
  if (knownVmcoreinfo === undefined) {
    const why = !isFailure(vmcoreinfo) ? '' : vmcoreinfo.missing.why;
    const found =
      scanned.length === 0 ? 'its text was not found in memory either' : `${scanned.length} different texts were found in memory, but none of their kernels`;
    throw new DumpError('absent', { file: session.path }, `no vmcoreinfo: ${why}; ${found}`, 'a VMCOREINFO note in the dump or in memory');
  }
  await compareBuildIds(session, [knownVmcoreinfo, ...scanned], signal);
  const judged = (one: Vmcoreinfo): JudgedVmcoreinfo => judge(session, one);
  const used = judged(knownVmcoreinfo);
  const pointed = vmcoreinfoInMemory(image, memory);
  const known = [...(!isFailure(vmcoreinfo) ? [vmcoreinfo.value] : []), ...(!isFailure(pointed) ? [pointed.value] : []), ...scanned];
  // A text that a pointer leads to is found again by its note: each place once, and not the one that is used.
  const others = known.filter(
    (copy, at) =>
      copy !== knownVmcoreinfo &&
      (copy.address === undefined || (copy.address !== knownVmcoreinfo.address && known.findIndex(({ address }) => address === copy.address) === at)),
  );
  return { ...vmcoreinfoJson(knownVmcoreinfo), ...(copies ? { copies: others.map((copy) => copyJson(used, judged(copy))) } : {}) };
}

export const vmcoreinfoJson = ({ source, entries, text }: Vmcoreinfo): VmcoreinfoJson => ({
  schema: schemaVersion,
  source,
  entries: Object.fromEntries(entries),
  text,
});

/** As notes and pointers lead to it, without a scan. @throws DumpError absent */
export function describeVmcoreinfo(session: Session): VmcoreinfoJson {
  const search = session.vmcoreinfo;
  if (isFailure(search)) {
    const where = { file: session.path, ...defined({ address: search.address }) };
    throw new DumpError('absent', where, `no vmcoreinfo: the dump has no such note, and ${search.missing.why}`, 'a VMCOREINFO note in the dump or in memory');
  }
  return vmcoreinfoJson(search.value);
}
