/** The dump is the one that a signed attestation speaks of, and the signature is that of the key that is trusted. */
import { baseName } from '../../../shared/base-name.ts';
import type { Step } from '../../../shared/check-model.ts';
import { memoryRootVersion } from '../../memory-tree/digest.ts';
import { IndexDamaged } from '../../page-index/index-error.ts';
import { faultText } from '../../source/byte-source.ts';
import { failed, notRecorded, passed, unreadable, type Check } from '../check.ts';
import type { Evidence } from '../evidence.ts';
import { hashFile } from '../file-hash.ts';

/** What the earlier index of these files gives as memory root. */
function rootOf(index: Evidence['index']): string | undefined {
  if (index?.kind !== 'index' || index.by === 'key') return undefined;
  try {
    return index.reader.header().memoryRoot;
  } catch (error) {
    if (error instanceof IndexDamaged) return undefined;
    throw error;
  }
}

export const attestationCheck: Check = {
  id: 'attestation',
  title: 'Signed attestation',
  failure: 'The dump is not the one that was attested, or the signature is wrong.',
  gravity: 100,
  cost: 'headers',
  needs: ['attestation', 'publicKey'],
  async run({ evidence, signal }) {
    if (evidence.attestation === undefined) return notRecorded('no attestation was given', 'give-attestation');
    const { attested } = evidence.attestation;
    const key = `public key ${attested.keyId}`;
    if (!attested.signed) return failed(`no signature by the ${key} is valid: the attestation was changed, or someone else signed it`);
    const steps: Step[] = [{ check: 'signature', passed: true, detail: `Ed25519, ${key}` }];
    if ('why' in attested) return failed(`signed, but not an attestation of a dump: ${attested.why}`, { steps });
    const { subject, predicate } = attested.statement;
    let unread: Step | undefined;
    for (const file of evidence.files) {
      const { sha256, faults } = await hashFile(file, { signal });
      const name = baseName(file.name);
      const [fault] = faults;
      if (sha256 === undefined || fault !== undefined) {
        const step = { check: name, detail: `not all of it can be read${fault === undefined ? '' : `: ${faultText(fault)}`}` };
        unread ??= step;
        steps.push(step);
        continue;
      }
      const same = subject.find(({ digest }) => digest.sha256 === sha256);
      const named = subject.find((one) => one.name === name) ?? (subject.length === 1 ? subject[0] : undefined);
      steps.push({
        check: name,
        passed: same !== undefined,
        detail:
          same === undefined
            ? `SHA-256 is ${sha256}, but the attestation names ${named?.digest.sha256 ?? 'another file'}`
            : `SHA-256 ${sha256}${same.name === name ? '' : `, attested as ${same.name}`}`,
      });
    }
    const { passed: right, failed: wrong } = predicate.summary;
    steps.push({ check: 'attested', detail: `${predicate.tool.name} ${predicate.tool.version}: ${right} checks passed, ${wrong} failed` });
    const { memoryRoot, memoryRootVersion: version = 1 } = predicate;
    if (memoryRoot !== undefined) {
      const now = rootOf(evidence.index);
      if (version !== memoryRootVersion) steps.push({ check: 'memory root', detail: `not-applicable: made with memory root ${version}` });
      else if (now === undefined) steps.push({ check: 'memory root', detail: 'not compared: the page index of this dump has no memory root' });
      // An index is not evidence: that it agrees shows nothing which the digests of the files do not show.
      else if (now === memoryRoot) steps.push({ check: 'memory root', detail: `that of the page index agrees: ${now}` });
      else steps.push({ check: 'memory root', passed: false, detail: `that of the page index is ${now}, but the attested one is ${memoryRoot}` });
    }
    const different = steps.find((step) => step.passed === false);
    if (different !== undefined) return failed(`${different.check}: ${different.detail}`, { steps });
    if (unread !== undefined) return { ...unreadable(`${unread.check}: ${unread.detail}`), steps };
    return passed(`signed by the ${key}, and the bytes are those that were attested`, { steps });
  },
};
