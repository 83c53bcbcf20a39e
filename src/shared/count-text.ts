/** Counts and shares as people read them, the same in every locale, so that two people compare the same digits. */

/** 98304 -> "98,304" */
export const countText = (value: number): string => value.toString().replaceAll(/\B(?=(\d{3})+$)/g, ',');

/** "3 CPUs", "1 CPU". */
export const plural = (count: number, one: string, many = `${one}s`): string => `${countText(count)} ${count === 1 ? one : many}`;

/** Share in percent; never 0 % for something, never 100 % for not all. */
export function percentText(part: number, whole: number): string {
  if (part === 0 || whole === 0) return '0 %';
  if (part >= whole) return '100 %';
  const percent = (part * 100) / whole;
  if (percent < 0.1) return '<0.1 %';
  if (percent < 1) return `${percent.toFixed(1)} %`;
  return `${Math.min(99, Math.round(percent))} %`;
}
