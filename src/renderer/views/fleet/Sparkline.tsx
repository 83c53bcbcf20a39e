/** Bars of a trend: small in a row, wide above an issue's dumps. The same is available as text. */
import type { TrendSpan } from '../../../shared/fleet-protocol.ts';
import { trendBars, trendText } from './trend.ts';

interface SparklineProps {
  readonly trend: readonly number[];
  readonly span: TrendSpan | undefined;
  readonly isWide?: boolean;
}

/** Units of the drawing, which is stretched to its box. */
const [width, height] = [240, 40];

export function Sparkline({ trend, span, isWide = false }: SparklineProps) {
  const words = trendText(trend, span);
  return (
    <svg className={isWide ? 'sparkline wide' : 'sparkline'} viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none" role="img" aria-label={words}>
      <title>{words}</title>
      <line x1="0" x2={width} y1={height - 0.5} y2={height - 0.5} className="sparkline-base" />
      {trendBars(trend).map((bar) => (
        <rect
          key={bar.x}
          x={bar.x * width + 0.5}
          width={bar.width * width - 1}
          // Keeps one dump among thousands visible.
          y={height - Math.max(3, bar.height * height)}
          height={Math.max(3, bar.height * height)}
        />
      ))}
    </svg>
  );
}
