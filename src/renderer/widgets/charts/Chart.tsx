/** A chart.js chart with the theme's colours. It repeats the data of a table next to it, so screen readers skip it. */
import {
  ArcElement,
  BarController,
  BarElement,
  CategoryScale,
  Chart as ChartJs,
  DoughnutController,
  LinearScale,
  Tooltip,
  type ChartConfiguration,
} from 'chart.js';
import { useEffect, useRef } from 'react';
import { useDrawnLook } from '../../hooks/use-drawn-look.ts';
import type { Pattern } from '../../../shared/memory-kinds.ts';
import { kindFill } from '../memory-strip/strip-painter.ts';
import './chart.css';

ChartJs.register(ArcElement, BarController, BarElement, CategoryScale, DoughnutController, LinearScale, Tooltip);

export interface Slice {
  readonly label: string;
  readonly value: number;
  /** CSS variable. */
  readonly colour: string;
  /** Pattern over the colour; solid by default. */
  readonly pattern?: Pattern;
}

interface ChartProps {
  readonly kind: 'doughnut' | 'bars';
  readonly slices: readonly Slice[];
  /** Text of a value in the tooltip. */
  readonly describe: (value: number) => string;
}

/** Grid lines at powers of two, at most four of them. */
function stepOf(slices: readonly Slice[]): number {
  const most = slices.reduce((largest, { value }) => Math.max(largest, value), 1);
  return 2 ** Math.ceil(Math.log2(most / 4));
}

function configuration(
  kind: ChartProps['kind'],
  slices: readonly Slice[],
  describe: ChartProps['describe'],
  at: HTMLCanvasElement,
): ChartConfiguration<'doughnut' | 'bar'> {
  const context = at.getContext('2d');
  const style = getComputedStyle(at);
  const colour = (name: string): string => style.getPropertyValue(name).trim();
  const font = { family: style.fontFamily, size: 12 };
  const tooltip = { callbacks: { label: (item: { readonly raw: unknown }) => ` ${describe(Number(item.raw))}` }, titleFont: font, bodyFont: font };
  const data = {
    labels: slices.map(({ label }) => label),
    datasets: [
      {
        data: slices.map(({ value }) => value),
        backgroundColor: slices.map((slice) =>
          context === null ? colour(slice.colour) : kindFill(context, at, { colour: slice.colour, pattern: slice.pattern ?? 'solid' }),
        ),
        borderColor: colour('--panel'),
        borderWidth: kind === 'doughnut' ? 1 : 0,
      },
    ],
  };
  // While pages are indexed the numbers change many times a second: an animated chart would never be complete.
  const common = { responsive: true, maintainAspectRatio: false, animation: false as const };
  if (kind === 'doughnut') return { type: 'doughnut', data, options: { ...common, cutout: '62%', plugins: { tooltip } } };
  const ticks = { color: colour('--dim'), font };
  return {
    type: 'bar',
    data,
    options: {
      ...common,
      indexAxis: 'y',
      plugins: { tooltip },
      scales: {
        x: {
          grid: { color: colour('--line') },
          border: { display: false },
          ticks: { ...ticks, stepSize: stepOf(slices), callback: (value) => describe(Number(value)) },
        },
        y: { grid: { display: false }, border: { display: false }, ticks },
      },
    },
  };
}

export function Chart({ kind, slices, describe }: ChartProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const look = useDrawnLook();
  useEffect(() => {
    if (canvas.current === null) return undefined;
    const chart = new ChartJs(canvas.current, configuration(kind, slices, describe, canvas.current));
    return () => chart.destroy();
  }, [kind, slices, describe, look]);
  return (
    <div className="chart" aria-hidden="true">
      <canvas ref={canvas} data-testid={`chart-${kind}`} />
    </div>
  );
}
