import { useEffect, useEffectEvent } from 'react';
import type { DifferenceStep } from '../../state/difference-steps.ts';
import { useWorkbench } from '../../workbench.ts';

/** Lets keys and palette step through the differences in this component while it is shown. */
export function useDifferenceSteps(owner: string, step: DifferenceStep): void {
  const { differenceSteps } = useWorkbench();
  const stepNow = useEffectEvent(step);
  useEffect(() => differenceSteps.offer(owner, (by) => stepNow(by)), [differenceSteps, owner]);
}
