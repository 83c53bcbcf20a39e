import { defined } from '../../shared/defined.ts';
import './progress-bar.css';

/** @param fraction 0 to 1; undefined while the total is not known */
export function ProgressBar({ fraction, label }: { readonly fraction: number | undefined; readonly label: string }) {
  const percent = fraction === undefined ? undefined : Math.round(fraction * 100);
  return (
    <div
      className={`progress${percent === undefined ? ' unknown' : ''}`}
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      {...defined({ 'aria-valuenow': percent })}
    >
      <div className="progress-done" style={{ width: percent === undefined ? '30%' : `${((fraction ?? 0) * 100).toFixed(1)}%` }} />
    </div>
  );
}
