/** Whether the time of a crash fits the time of its dump. */

/** Allowed between two clocks of one machine: the kernel's is set from the TOD clock, but can be stepped. */
const clockSlackSeconds = 300;
const yearSeconds = 365 * 86_400;

/** @param crash CRASHTIME, and start of the dump, in seconds since 1970 */
export const isCrashBeforeDump = (crash: number, start: number): boolean => start - crash >= -clockSlackSeconds && start - crash < yearSeconds;
