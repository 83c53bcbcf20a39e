/** `vmcoreinfo`: the note wherever it is, as notes and pointers lead to it, else found by its text; and how its copies differ. */
import { DumpError } from '../../../shared/dump-error.ts';
import type { VmcoreinfoJson } from '../../../shared/structure-model.ts';
import { hex } from '../../../shared/units.ts';
import { chooseVmcoreinfo, scanForVmcoreinfo } from '../../kernel/vmcoreinfo/vmcoreinfo-scan.ts';
import { vmcoreinfoInMemory, type Vmcoreinfo } from '../../kernel/vmcoreinfo/vmcoreinfo.ts';
import type { Session } from '../session/session.ts';
import { schemaVersion } from '../../../shared/model.ts';

/** Written at the moment of the crash: a copy from before lacks it. */
const laterKeys: ReadonlySet<string> = new Set(['CRASHTIME']);

function copyJson(used: Vmcoreinfo, copy: Vmcoreinfo): NonNullable<VmcoreinfoJson['copies']>[number] {
  const keys = new Set([...used.entries.keys(), ...copy.entries.keys()]);
  const differing = [...keys].filter((key) => !laterKeys.has(key) && used.entries.get(key) !== copy.entries.get(key));
  const release = copy.entries.get('OSRELEASE');
  return {
    source: copy.source,
    ...(copy.address === undefined ? {} : { address: hex(copy.address) }),
    ...(release === undefined ? {} : { release }),
    differing,
  };
}

/**
 * @param copies scan the whole memory for copies even where one is known
 * @throws DumpError absent, Cancelled
 */
export async function answerVmcoreinfo(session: Session, copies: boolean, signal: AbortSignal): Promise<VmcoreinfoJson> {
  const { image, memory, vmcoreinfo, attached, knownVmcoreinfo } = session;
  const given = attached.some(({ kind }) => kind === 'vmcoreinfo') ? knownVmcoreinfo : undefined;
  if (given !== undefined && !copies) return vmcoreinfoJson(given);
  if (vmcoreinfo.found && !copies) return describeVmcoreinfo(session);
  const scanned = await scanForVmcoreinfo(image, memory, signal);
  const used = given ?? (vmcoreinfo.found ? vmcoreinfo.vmcoreinfo : chooseVmcoreinfo(image, memory, scanned));
  if (used === undefined) {
    const why = vmcoreinfo.found ? '' : vmcoreinfo.why;
    const found =
      scanned.length === 0 ? 'its text was not found in memory either' : `${scanned.length} different texts were found in memory, and none of their kernels`;
    throw new DumpError('absent', { file: session.path }, `no vmcoreinfo: ${why}; ${found}`, 'a VMCOREINFO note in the dump or in memory');
  }
  const pointed = vmcoreinfoInMemory(image, memory);
  const known = [...(pointed.found ? [pointed.vmcoreinfo] : []), ...scanned];
  // The text behind the pointer is found again by its note: each place once, and not the one that is used.
  const others = known.filter((copy, at) => copy.address !== used.address && known.findIndex(({ address }) => address === copy.address) === at);
  return { ...vmcoreinfoJson(used), ...(copies ? { copies: others.map((copy) => copyJson(used, copy)) } : {}) };
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
  if (!search.found) {
    const where = { file: session.path, ...(search.address === undefined ? {} : { address: search.address }) };
    throw new DumpError('absent', where, `no vmcoreinfo: the dump has no such note, and ${search.why}`, 'a VMCOREINFO note in the dump or in memory');
  }
  return vmcoreinfoJson(search.vmcoreinfo);
}
