/** How a dump was opened, as text for the status bar and the switch: which system, how many files. */
import type { Catalogue } from '../../shared/catalogue-model.ts';
import type { Info } from '../../shared/model.ts';
import { viewTitle } from './catalogue.ts';

/** Nothing for a single system in a single file. */
export function wayWords({ memory, container }: Info, catalogue: Catalogue): readonly string[] {
  const volumes = container.volumes?.length ?? 0;
  return [
    ...(memory.twoSystems === undefined ? [] : [`view: ${viewTitle(catalogue, memory.view ?? 'all')}`]),
    ...(volumes > 1 ? [`${volumes} volumes${container.complete === false ? ', incomplete' : ''}`] : []),
  ];
}
