import type { JobState } from '../../state/jobs.ts';

/** How a job ended, before its outcome. */
export const jobWords: Readonly<Record<JobState, string>> = {
  running: '',
  cancelling: '',
  done: 'Done:',
  failed: 'Failed:',
  cancelled: 'Cancelled.',
  stopped: 'The engine stopped:',
};
