import type { Command } from '../command.ts';
import { exitCodes, say, UsageError } from '../io.ts';
import { withDump } from '../open-dump.ts';
import { outputOptions, resultTarget } from '../output.ts';
import { progressLine } from '../progress-line.ts';

export const attestCommand: Command = {
  name: 'attest',
  summary: 'a signed statement of the results of a full verification (in-toto in a DSSE envelope, Ed25519)',
  args: ['<file>'],
  options: [{ flags: '--key <file>', description: 'Ed25519 private key, PKCS#8 PEM (openssl genpkey -algorithm ed25519)' }, ...outputOptions],
  example: 'dumpbench attest dump.s390 --key key.pem -o dump.s390.attestation.json',
  async run(context, [file = ''], options) {
    const { engine, io, output } = context;
    const { key } = options;
    if (typeof key !== 'string') throw new UsageError('--key: name the file of the private key that signs');
    const target = resultTarget(options, 'attestation');
    const progress = progressLine(io, output);
    const { text, keyId } = await withDump(context, file, (dump) =>
      engine.call('attest', { dump, key }, { signal: io.signal, onProgress: progress.update }),
    ).finally(progress.clear);
    target.write(io, output, text);
    say(io, output, `signed with the key ${keyId}`);
    return exitCodes.fine;
  },
};
