/**
 * The place of a decoder for "meminfo", the hand-over block that the kdump series of July 2011 proposed for s390 (meminfo.md
 * section 1). No layout of it was ever published and no kernel shipped it: os_info is what came of it. Until somebody brings a dump
 * or the missing patch, there is nothing that could be looked for, and nothing is guessed.
 */
import { architectures } from '../../arch/index.ts';
import { notApplicable, notRecorded, type Check } from '../check.ts';

export const meminfo2011: Check = {
  id: 'meminfo-2011',
  title: 'Checksum of the "meminfo" block of 2011',
  failure: 'The hand-over block "meminfo" is damaged.',
  gravity: 55,
  cost: 'headers',
  run({ image }) {
    if (!architectures[image.machine.arch].features.has('os-info')) return notApplicable('it was proposed for s390x only');
    return notRecorded('no layout of it was ever published and no released kernel writes it; os_info took its place');
  },
};
