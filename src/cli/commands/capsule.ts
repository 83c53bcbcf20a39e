/** `capsule`: a report with its evidence, signed, for readers who have neither the dump nor a reason to trust its author. */
import { citedKinds, type CitedKind, type VerifiedCaseJson } from '../../shared/case-model.ts';
import { baseName } from '../../shared/base-name.ts';
import { caseSession } from '../../shared/case-session.ts';
import { byteText } from '../../shared/units.ts';
import type { Command, CommandContext, OptionValues } from '../command.ts';
import { exitCodes, printJson, say, UsageError } from '../io.ts';
import { withDump } from '../open-dump.ts';
import { progressLine } from '../progress-line.ts';
import { redactionOf, redactOption } from '../redact-option.ts';
import { sessionOn, sessionOption } from '../session-file.ts';
import { evidenceFlags } from '../text/evidence-flags.ts';
import { capsuleText } from '../text/capsule-text.ts';
import { rangeArgument } from './address-argument.ts';
import { openCommand } from './open.ts';
import { defined } from '../../shared/defined.ts';

const given = (options: OptionValues, name: string): string | undefined => (typeof options[name] === 'string' ? options[name] : undefined);

/** Options that belong to only one action. @throws UsageError */
function assertOptions(action: string, options: OptionValues, known: readonly string[]): void {
  const own = ['key', 'cite', 'digest', 'attestation', 'publicKey', 'session', 'redact', 'output', 'allowedSigners'];
  const stray = own.find((name) => !known.includes(name) && options[name] !== undefined && options[name] !== false);
  if (stray !== undefined) throw new UsageError(`--${stray.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)} cannot be used with "capsule ${action}"`);
}

async function make(context: CommandContext, file: string, options: OptionValues): Promise<number> {
  const { engine, io, output } = context;
  assertOptions('make', options, ['key', 'cite', 'digest', 'attestation', 'publicKey', 'session', 'redact', 'output']);
  const [key, target] = [given(options, 'key'), given(options, 'output')];
  const [attestation, publicKey] = [given(options, 'attestation'), given(options, 'publicKey')];
  if (key === undefined) throw new UsageError('--key: name the file of the private key that signs');
  if (target === undefined || target === '-') throw new UsageError('-o: name the file to write');
  const digest = options.digest === true;
  if (digest && attestation !== undefined) throw new UsageError('--digest makes an attestation, and --attestation gives one: choose one of them');
  if (attestation !== undefined && publicKey === undefined)
    throw new UsageError('--attestation needs --public-key: a signature proves nothing without a key that is trusted');
  const wanted = Array.isArray(options.cite) ? (options.cite as readonly string[]) : [];
  if (wanted.length > 0 && !digest && attestation === undefined)
    throw new UsageError(
      '--cite: pages are proven against an attested memory root: give --attestation with --public-key, or --digest to read and attest all now',
    );
  const redact = redactionOf(options);
  if (redact !== undefined && wanted.length > 0)
    throw new UsageError(
      '--redact: a redacted capsule holds no pages, because nothing can be taken out of them without breaking their proofs: leave --cite out',
    );
  const isKind = (word: string): word is CitedKind => citedKinds.some((one) => one === word);
  const kinds = wanted.filter(isKind);
  const session = sessionOption(options);
  if (kinds.includes('annotations') && session === undefined) throw new UsageError('--cite annotations: name the session that has them by --session');
  const progress = progressLine(io, output);
  const made = await withDump(context, file, async (dump, identity) => {
    const cite: { start: bigint; end: bigint }[] = [];
    for (const text of wanted) if (!isKind(text)) cite.push(await rangeArgument(context, dump, text, '--cite'));
    const own = session === undefined ? undefined : await sessionOn(context, session, dump, identity);
    const annotations = own?.annotations ?? [];
    const kept = session === undefined || own === undefined ? undefined : caseSession(session.session, own.name, baseName(file));
    return engine.call(
      'makeCase',
      {
        dump,
        key,
        output: target,
        ...(cite.length === 0 ? {} : { cite }),
        ...(kinds.length === 0 ? {} : { citeKinds: kinds }),
        ...(attestation === undefined || publicKey === undefined ? {} : { attestation, publicKey }),
        ...(digest ? { digest } : {}),
        ...defined({ redact }),
        ...(annotations.length === 0 ? {} : { annotations: [...annotations] }),
        ...defined({ session: kept }),
      },
      { signal: io.signal, onProgress: progress.update },
    );
  }).finally(progress.clear);
  if (output.json) printJson(io, made);
  else {
    io.out(`${made.path}  ${byteText(made.bytes)}, ${made.pages.cited} cited pages\nSHA-256  ${made.sha256}\nsigned with  ${made.signer.publicKey}\n`);
    if (made.pages.cited === 0 && (digest || attestation !== undefined)) say(io, output, 'no page is cited, so the capsule contains no attestation');
    say(io, output, 'the recipient adds that key, after your name, to a file of allowed signers: dumpbench capsule verify --allowed-signers FILE CAPSULE');
  }
  return exitCodes.fine;
}

const exitOf: Readonly<Record<VerifiedCaseJson['outcome'], number>> = { verified: exitCodes.fine, consistent: exitCodes.fine, failed: exitCodes.difference };

async function verify({ engine, io, output, style }: CommandContext, file: string, options: OptionValues): Promise<number> {
  assertOptions('verify', options, ['publicKey', 'allowedSigners']);
  const [allowedSigners, publicKey] = [given(options, 'allowedSigners'), given(options, 'publicKey')];
  if (allowedSigners !== undefined && publicKey !== undefined)
    throw new UsageError('--allowed-signers and --public-key both say whom you trust: give one of them');
  const found = await engine.call('verifyCase', {
    path: file,
    ...defined({ allowedSigners, publicKey }),
  });
  io.decided?.(exitOf[found.outcome]);
  if (output.json) printJson(io, found);
  else io.out(capsuleText(found, style));
  return exitOf[found.outcome];
}

export const capsuleCommand: Command = {
  name: 'capsule',
  exitsWithOneIf: 'a check of capsule verify failed',
  summary: 'a signed report with the pages that it cites, in one file: make it, verify it without the dump, open it',
  args: ['<action>', '<file>'],
  argumentValues: { '<action>': { words: () => ['make', 'verify', 'open'] } },
  ofKernel: true,
  options: [
    { flags: '--key <file>', description: 'make: Ed25519 private key to sign with, PKCS#8 PEM (openssl genpkey -algorithm ed25519)' },
    { flags: '-o, --output <path>', description: 'make: new file to write (*.dumpcase)', writes: 'output' },
    {
      flags: '--cite <what>',
      description: `make: pages to include, with their proofs: a range of absolute addresses such as 0x1000-0x2000, or ${citedKinds.join(', or ')}; may be given several times`,
      repeatable: true,
      values: { words: () => citedKinds },
    },
    { flags: '--digest', description: 'make: read the whole dump and attest it with the same key, so that pages can be cited' },
    { flags: `${evidenceFlags.attestation} <file>`, description: 'make: the attestation whose memory root proves the cited pages; needs --public-key' },
    {
      flags: `${evidenceFlags.publicKey} <file>`,
      description: 'PEM file with the trusted Ed25519 public key: that of the attestation (make) or of the signer (verify)',
    },
    { flags: '--session <file>', description: 'make: session file of the window (*.dumpbench.json) whose annotations on this dump are included' },
    { ...redactOption, description: `make: ${redactOption.description}; no pages are included then` },
    { flags: '--allowed-signers <file>', description: 'verify: file of allowed signers, in the format that ssh-keygen -Y verify reads' },
  ],
  example: `dumpbench capsule make dump.s390 --key key.pem --digest --cite lowcores -o case.dumpcase
  dumpbench capsule verify case.dumpcase --allowed-signers signers`,
  run(context, [action = '', file = ''], options) {
    if (action === 'make') return make(context, file, options);
    if (action === 'verify') return verify(context, file, options);
    if (action !== 'open') throw new UsageError(`unknown action "${action}": expected "make", "verify", or "open"`);
    assertOptions('open', options, []);
    return openCommand.run(context, [file], options);
  },
};
