/** What a person can do about something that failed or could not be done. Each door words it its own way: an option here, a button there. */
export const remedies = [
  'build-index',
  'rebuild-index',
  'quick-checks',
  'full-checks',
  'give-manifest',
  'give-attestation',
  'give-public-key',
  'give-kdump-image',
  'name-address-space',
  'name-address',
  'attach-symbols',
  'copy-again',
  'give-machine',
  'simplify-expression',
  'narrow-query',
] as const;
export type Remedy = (typeof remedies)[number];
