import { resolve } from 'node:path';
import type { Command } from '../command.ts';
import { exitCodes, say, UsageError } from '../io.ts';
import { writeResult } from '../new-file.ts';
import { withDump } from '../open-dump.ts';
import { progressLine } from '../progress-line.ts';

export const attestCommand: Command = {
  name: 'attest',
  summary: 'a signed statement of what a full verification finds (in-toto in a DSSE envelope, Ed25519)',
  args: ['<file>'],
  options: [
    { flags: '--key <file>', description: 'Ed25519 private key, PKCS#8 PEM (openssl genpkey -algorithm ed25519)' },
    { flags: '-o, --output <path>', description: 'file to write; - for standard output', default: '-' },
  ],
  example: 'dumpbench attest dump.s390 --key key.pem -o dump.s390.attestation.json',
  async run(context, [file = ''], options) {
    const { engine, io, output } = context;
    const { key } = options;
    if (typeof key !== 'string') throw new UsageError('--key: name the file of the private key that signs');
    const target = String(options.output);
    if (target !== '-' && [file, key].some((one) => resolve(target) === resolve(one)))
      throw new UsageError('the attestation would overwrite the dump or the key');
    const progress = progressLine(io, output);
    const { text, keyId } = await withDump(context, file, (dump) =>
      engine.call('attest', { dump, key }, { signal: io.signal, onProgress: progress.update }),
    ).finally(progress.clear);
    writeResult(io, output, target, text);
    say(io, output, `signed with the key ${keyId}`);
    return exitCodes.fine;
  },
};
