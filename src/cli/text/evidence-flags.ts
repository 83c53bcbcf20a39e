/** What a user can supply for a check, as options of the commands that check. */
import type { EvidenceKind } from '../../shared/check-model.ts';

/** The option that gives each. */
export const evidenceFlags: Readonly<Record<EvidenceKind, string>> = {
  manifest: '--manifest',
  attestation: '--attestation',
  publicKey: '--public-key',
  kdumpImage: '--kdump-image',
};
