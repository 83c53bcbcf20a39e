/** Durations and times. */

/** Short and of stable length: "0.4 s", "12 s", "3 min 20 s", "2 h 5 min". */
export function durationText(seconds: number): string {
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return whole % 60 === 0 ? `${minutes} min` : `${minutes} min ${whole % 60} s`;
  const hours = Math.floor(minutes / 60);
  return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
}

/** ISO 8601 UTC with the fraction cut to seconds: "2026-11-23 07:25:37 UTC". */
export const timeText = (iso: string): string => iso.replace('T', ' ').replace(/(\.\d+)?Z$/, ' UTC');

/** The same for every time within a sentence. */
export const timesInText = (text: string): string => text.replaceAll(/\d{4,}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g, timeText);
