/** `attest`: a signed statement of what a full verification finds. */
import { createPublicKey } from 'node:crypto';
import { basename } from 'node:path';
import { DumpError } from '../../../shared/dump-error.ts';
import { replayPanicKdump, replayTwoStage } from '../../arch/s390x/kdump-decisions.ts';
import { replayStandaloneKdump } from '../../arch/s390x/standalone-kdump.ts';
import { attest } from '../../integrity/attestation.ts';
import { keyIdOf } from '../../integrity/dsse.ts';
import { hashFile } from '../../integrity/file-hash.ts';
import { machineEnd } from '../../integrity/machine-end.ts';
import type { Session } from '../session/session.ts';
import { toolName, toolVersion } from '../tool.ts';
import { readPrivateKey, withFiles } from './evidence.ts';
import { bytesOf, unreadText, verifySession, type Scan } from './verify.ts';
import { kdumpStarted } from '../triage/kdump-start.ts';

/**
 * Name and SHA-256 of each file of a dump.
 * @param expected what the files are hashed for, for the message
 * @throws DumpError io where one of them cannot be read to its end
 */
export const hashedFiles = (session: Session, context: Scan, expected: string): Promise<{ name: string; sha256: string }[]> =>
  withFiles(session, async (sources) => {
    const list: { name: string; sha256: string }[] = [];
    for (const source of sources) {
      const { sha256, faults } = await hashFile(source, bytesOf(context, basename(source.name)));
      if (sha256 === undefined) {
        const [first] = faults;
        throw new DumpError('io', { file: source.name, ...(first === undefined ? {} : { offset: first.offset }) }, unreadText(faults), expected);
      }
      list.push({ name: basename(source.name), sha256 });
    }
    return list;
  });

/** @param key path of the private key */
export async function attestDump(session: Session, key: string, context: Scan): Promise<{ text: string; keyId: string }> {
  const privateKey = readPrivateKey(key);
  const publicKey = createPublicKey(privateKey);
  const verified = await verifySession(session, { quick: false, handedOn: true }, context);
  const unlike = verified.checks.find(({ id, verdict }) => id === 'packed-file' && (verdict === 'failed' || verdict === 'unreadable'));
  if (unlike !== undefined)
    throw new DumpError('corrupt', { file: session.path }, unlike.detail, 'an undamaged packed file, and a copy that is what it unpacks to');
  const rot = verified.checks.find(({ id, verdict }) => id === 'index-digest' && verdict === 'failed');
  if (rot !== undefined) throw new DumpError('corrupt', { file: session.path }, rot.detail, 'a file that is what it was when it was indexed');
  const files = await hashedFiles(session, context, 'the whole file, to attest it');
  const guard = await session.kdumpGuard?.(context.signal);
  const { osInfo } = session;
  const text = attest(
    {
      tool: { name: toolName, version: toolVersion },
      identity: session.identity,
      files,
      memoryRoot: verified.digests.memoryRoot,
      checks: verified.checks,
      summary: verified.summary,
      decisions: {
        ...(guard === undefined ? {} : { panicKdump: replayPanicKdump(guard, kdumpStarted(session)).outcome }),
        ...(osInfo === undefined ? {} : { standaloneKdump: replayStandaloneKdump(osInfo, machineEnd(session.image, session.memory)).outcome }),
        ...(guard === undefined || osInfo === undefined ? {} : { twoStage: replayTwoStage(osInfo, guard).outcome }),
      },
    },
    privateKey,
    publicKey,
  );
  return { text, keyId: keyIdOf(publicKey) };
}
