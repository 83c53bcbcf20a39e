/** How a dump is looked at, in words for the status bar and the switch: which system, of how many files. */
import type { Info, MemoryView } from '../../shared/model.ts';

export const viewWords: Readonly<Record<MemoryView, string>> = { all: 'all memory', prod: 'production system', kdump: 'kdump kernel' };

/** Nothing where there is one system in one file. */
export function wayWords({ memory, container }: Info): readonly string[] {
  const volumes = container.volumes?.length ?? 0;
  return [
    ...(memory.twoSystems === undefined ? [] : [`view: ${viewWords[memory.view ?? 'all']}`]),
    ...(volumes > 1 ? [`${volumes} volumes${container.complete ? '' : ', incomplete'}`] : []),
  ];
}
