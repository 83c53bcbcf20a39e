import type { Step } from '../../../shared/check-model.ts';
import { hex } from '../../../shared/units.ts';
import { vmcoreinfoInMemory } from '../../kernel/vmcoreinfo/vmcoreinfo.ts';
import { differingKeys, originOf } from '../../kernel/vmcoreinfo/vmcoreinfo-fit.ts';
import { failed, notRecorded, passed, unreadable, type Check } from '../check.ts';
import { isFailure } from '../../../shared/result.ts';

/** Keys that every kernel since 2.6.30 writes. */
const expectedKeys = ['OSRELEASE', 'PAGESIZE'] as const;
/** Written at the moment of the crash: a copy from before lacks it. */
const laterKeys: ReadonlySet<string> = new Set(['CRASHTIME']);

/** vmcoreinfo is well-formed, and its copies in the note and in memory agree (elf-vmcore.md section 7, meminfo.md section 2). */
export const vmcoreinfoCheck: Check = {
  id: 'vmcoreinfo',
  title: 'vmcoreinfo and its copies',
  failure: 'vmcoreinfo is damaged.',
  gravity: 52,
  cost: 'headers',
  structure: 'vmcoreinfo',
  run({ image, memory, vmcoreinfo, utsName, vmcoreinfoChoice }) {
    const inMemory = vmcoreinfoInMemory(image, memory);
    // A pointer that leads to no note is damage; no pointer, or memory that is not in the dump, is not.
    if (isFailure(inMemory) && inMemory.damaged === true) {
      const where =
        inMemory.address === undefined ? {} : { ranges: [{ space: 'absolute' as const, start: hex(inMemory.address), end: hex(inMemory.address + 24n) }] };
      return failed(inMemory.missing.why, where);
    }
    if (isFailure(vmcoreinfo)) {
      const found = vmcoreinfoChoice?.used;
      const why =
        found === undefined ? vmcoreinfo.missing.why : `${vmcoreinfo.missing.why}; the text from the ${found.vmcoreinfo.source} is used: ${found.fit.why}`;
      return !isFailure(inMemory) || vmcoreinfo.absent !== true ? notRecorded(why) : unreadable(why);
    }
    const { entries, source } = vmcoreinfo.value;
    const steps: Step[] = expectedKeys.map((key) => ({ check: key, passed: entries.has(key), detail: entries.get(key) ?? 'missing' }));
    if (utsName !== undefined) {
      const release = entries.get('OSRELEASE');
      steps.push({
        check: 'kernel release',
        passed: release === utsName.release,
        detail: `vmcoreinfo says ${release ?? 'nothing'}, utsname says ${utsName.release}`,
      });
    }
    const { used, others: known = [] } = vmcoreinfoChoice ?? { used: undefined };
    const own = known.find((one) => one.vmcoreinfo === vmcoreinfo.value);
    // The dump's own text is not the one that is used: memory refutes it, or leads elsewhere and another text fits.
    const origin = own === undefined || used === undefined ? undefined : originOf(own, used);
    if (origin?.kind === 'same-kernel' && own?.fit.fits === 'yes' && used !== undefined) {
      const detail = `${own.fit.why}: the ${source} is of ${origin.text}. The text in ${used.vmcoreinfo.source}, with the time of the crash, is used`;
      steps.push({ check: 'the kernel in memory', passed: true, detail });
    } else if (own !== undefined && used !== undefined) {
      const detail = `${own.fit.why}: the ${source} is of ${originOf(own, used).text}. The text in ${used.vmcoreinfo.source} fits memory and is used`;
      steps.push({ check: 'the kernel in memory', passed: false, detail });
    } else if (used?.fit.fits === 'no' && !steps.some((step) => step.passed === false)) {
      steps.push({ check: 'the kernel in memory', passed: false, detail: `${used.fit.why}; no other text of vmcoreinfo that fits was found` });
    } else if (used?.fit.fits === 'yes') steps.push({ check: 'the kernel in memory', passed: true, detail: used.fit.why });
    if (!isFailure(inMemory) && inMemory.value.source !== source) {
      const others = inMemory.value.entries;
      const different = [...new Set([...entries.keys(), ...others.keys()])].filter((key) => !laterKeys.has(key) && entries.get(key) !== others.get(key));
      steps.push({
        check: 'copies',
        passed: different.length === 0,
        detail: different.length === 0 ? `the ${source} and ${inMemory.value.source} agree` : `they differ in ${different.slice(0, 5).join(', ')}`,
      });
    }
    for (const other of known) {
      if (used === undefined || other === own || originOf(other, used).kind !== 'differing') continue;
      const keys = differingKeys(used.vmcoreinfo.entries, other.vmcoreinfo.entries).slice(0, 5).join(', ');
      const isSaid = !isFailure(inMemory) && inMemory.value.text === other.vmcoreinfo.text;
      if (!isSaid) steps.push({ check: 'copies', passed: false, detail: `the ${used.vmcoreinfo.source} and the ${other.vmcoreinfo.source} differ in ${keys}` });
    }
    const wrong = steps.find((step) => step.passed === false);
    if (wrong !== undefined) return failed(`${wrong.check}: ${wrong.detail}`, { steps });
    return passed(`${entries.size} entries from the ${source}`, { steps });
  },
};
