/** Export of memory: of the whole dump, and of the selection in it. */
import type { Workbench } from '../workbench.ts';
import type { Action } from './action.ts';

export function exportActions({ exports, places, dumps }: Workbench): readonly Action[] {
  const current = (): string | undefined => {
    const key = places.tabs.get().dump;
    return key !== undefined && dumps.find(key)?.phase.kind === 'open' ? key : undefined;
  };
  const selected = () => {
    const dump = current();
    const position = places.position();
    if (dump === undefined || position?.space !== 'absolute' || position.length < 1) return undefined;
    return { dump, range: { start: position.address, end: position.address + BigInt(position.length) } };
  };
  return [
    {
      id: 'dump.exportMemory',
      title: 'Export the memory: ELF, kdump, raw…',
      enabled: () => current() !== undefined,
      run() {
        const dump = current();
        if (dump !== undefined) exports.draft.set({ dump });
      },
    },
    {
      id: 'dump.exportSelection',
      title: 'Export the memory of the selected absolute addresses…',
      enabled: () => selected() !== undefined,
      run: () => exports.draft.set(selected()),
    },
  ];
}
