/** Options of the commands that check a dump: what the user supplies. */
import { defined } from '../shared/defined.ts';
import type { CommandOption, OptionValues } from './command.ts';
import { UsageError } from './io.ts';
import { evidenceFlags } from './text/evidence-flags.ts';

export const evidenceOptions: readonly CommandOption[] = [
  { flags: `${evidenceFlags.manifest} <file>`, description: 'compare with the digests in a manifest (sha256sum, hashdeep) and name the damaged ranges' },
  { flags: `${evidenceFlags.attestation} <file>`, description: 'check a signed attestation; needs --public-key' },
  { flags: `${evidenceFlags.publicKey} <file>`, description: 'PEM file with the trusted Ed25519 public key' },
  {
    flags: `${evidenceFlags.kdumpImage} <file>`,
    description: 'a healthy image of the kdump kernel: another dump, the kernel image, the initrd; may be given several times',
    repeatable: true,
  },
];

interface EvidenceParams {
  readonly manifest?: string;
  readonly attestation?: string;
  readonly publicKey?: string;
  readonly kdumpImages?: string[];
}

/** @throws UsageError for an attestation without a key */
export function evidenceOf(options: OptionValues): EvidenceParams {
  const text = (name: string): string | undefined => (typeof options[name] === 'string' ? options[name] : undefined);
  const [manifest, attestation, publicKey] = [text('manifest'), text('attestation'), text('publicKey')];
  if (attestation !== undefined && publicKey === undefined)
    throw new UsageError('--attestation needs --public-key: a signature proves nothing without a trusted key');
  const images = Array.isArray(options.kdumpImage) ? (options.kdumpImage as readonly string[]) : [];
  return {
    ...defined({ manifest, attestation, publicKey }),
    ...(images.length === 0 ? {} : { kdumpImages: [...images] }),
  };
}
