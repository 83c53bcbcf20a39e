/** The time of day at boot, from which the log counts, where memory proves it. */
import type { DmesgJson } from '../../../shared/kernel-model.ts';
import { isFailure } from '../../../shared/result.ts';
import { architectures } from '../../arch/index.ts';
import { bootClock } from '../../kernel/debug-feature/boot-clock.ts';
import { isoTime } from '../../kernel/debug-feature/record-text.ts';
import type { Session } from '../session/session.ts';
import { analysisKernel } from './analysis-context.ts';

/** @returns undefined of machines whose log counts by another clock than that of the day: how far the two are apart is not recorded */
export async function describeLogClock(session: Session, signal: AbortSignal): Promise<DmesgJson['clock']> {
  if (!architectures[session.image.machine.arch].features.has('psw')) return undefined;
  const { objects } = await analysisKernel(session, { needs: [], uses: ['symbols'] }, signal);
  const clock = bootClock(objects);
  if (isFailure(clock)) return { detail: clock.missing.why };
  const boot = isoTime(clock.value.wall(0n));
  if (boot === '') return { detail: 'tod_clock_base holds no time of day' };
  return { boot, detail: 'tod_clock_base is the TOD clock at boot, and tod_steering_end shows that the clock has not been set since' };
}
