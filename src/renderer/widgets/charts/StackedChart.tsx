/** Stacked bars of shares, one bar a row: what each of several things is made of. A table beside it has the numbers. */
import { BarController, BarElement, CategoryScale, Chart as ChartJs, LinearScale, Tooltip, type ChartConfiguration } from 'chart.js';
import { useEffect, useRef } from 'react';
import { useStore } from '../../hooks/use-store.ts';
import { useWorkbench } from '../../workbench.ts';
import type { Pattern } from '../../../shared/memory-kinds.ts';
import { kindFill } from '../memory-strip/strip-painter.ts';
import './chart.css';

ChartJs.register(BarController, BarElement, CategoryScale, LinearScale, Tooltip);

export interface StackedPart {
  readonly label: string;
  /** CSS variable. */
  readonly colour: string;
  readonly pattern: Pattern;
  /** One value a row. */
  readonly values: readonly number[];
}

interface StackedChartProps {
  readonly rows: readonly string[];
  readonly parts: readonly StackedPart[];
  /** How a value reads in the tooltip. */
  readonly describe: (value: number) => string;
}

/** Values become percent of their row, so that a small row is as legible as a large one. */
function configuration({ rows, parts, describe }: StackedChartProps, at: HTMLCanvasElement): ChartConfiguration<'bar'> {
  const context = at.getContext('2d');
  const style = getComputedStyle(at);
  const colour = (name: string): string => style.getPropertyValue(name).trim();
  const font = { family: 'IBM Plex Sans', size: 12 };
  const totals = rows.map((_, row) => parts.reduce((sum, { values }) => sum + (values[row] ?? 0), 0));
  const ticks = { color: colour('--dim'), font };
  return {
    type: 'bar',
    data: {
      labels: [...rows],
      datasets: parts.map((part) => ({
        label: part.label,
        data: part.values.map((value, row) => (100 * value) / Math.max(1, totals[row] ?? 1)),
        backgroundColor: context === null ? colour(part.colour) : kindFill(context, at, part),
        borderColor: colour('--panel'),
        borderWidth: 0.5,
      })),
    },
    options: {
      responsive: true,
      maintainAspectRatio: false,
      animation: false,
      indexAxis: 'y',
      plugins: {
        tooltip: {
          titleFont: font,
          bodyFont: font,
          callbacks: {
            label: ({ datasetIndex, dataIndex }) => ` ${parts[datasetIndex]?.label ?? ''}: ${describe(parts[datasetIndex]?.values[dataIndex] ?? 0)}`,
          },
        },
      },
      scales: {
        x: {
          stacked: true,
          min: 0,
          max: 100,
          grid: { color: colour('--line') },
          border: { display: false },
          ticks: { ...ticks, stepSize: 25, callback: (value) => `${value} %` },
        },
        y: { stacked: true, grid: { display: false }, border: { display: false }, ticks },
      },
    },
  };
}

export function StackedChart({ rows, parts, describe }: StackedChartProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const { shown } = useStore(useWorkbench().themes.state);
  useEffect(() => {
    if (canvas.current === null) return undefined;
    const chart = new ChartJs(canvas.current, configuration({ rows, parts, describe }, canvas.current));
    return () => chart.destroy();
  }, [rows, parts, describe, shown]);
  return (
    <div className="chart" aria-hidden="true">
      <canvas ref={canvas} data-testid="chart-stacked" />
    </div>
  );
}
