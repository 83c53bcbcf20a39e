import type { PlaceNameJson } from '../../shared/kernel-model.ts';

/** "schedule+0x1a", "fat_scan+0x2 [fat]". */
export const symbolText = ({ name, offset, module }: Pick<PlaceNameJson, 'name' | 'offset' | 'module'>): string =>
  `${name}+0x${offset.toString(16)}${module === undefined ? '' : ` [${module}]`}`;
