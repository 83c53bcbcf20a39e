/** Actions about the size of things. */
import { densities } from '../../shared/shell-protocol.ts';
import type { Workbench } from '../workbench.ts';
import type { Action } from './action.ts';

export function screenActions({ shell, density, tell }: Workbench): readonly Action[] {
  const zoom = (to: 'in' | 'out' | 'reset' | 'double') => (): void => void shell.call('zoom', { to }).catch(tell);
  return [
    { id: 'zoom.in', title: 'Zoom in', keys: 'Ctrl+=', run: zoom('in') },
    { id: 'zoom.out', title: 'Zoom out', keys: 'Ctrl+-', run: zoom('out') },
    { id: 'zoom.reset', title: 'Zoom: actual size', keys: 'Ctrl+0', run: zoom('reset') },
    { id: 'zoom.double', title: 'Zoom: 200 %', run: zoom('double') },
    ...densities.map((one) => ({
      id: `density.${one}`,
      title: `Density: ${one}`,
      run: () => {
        density.set(one);
        shell.call('setDensity', { density: one }).catch(tell);
      },
    })),
  ];
}
