import { useEffect, useRef } from 'react';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';

export interface Series {
  name: string;
  /** Its meaning, which has a colour in console.css. */
  colour: 'good' | 'warn' | 'bad';
  values: number[];
}

const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });

/** Bars that stand on each other, one for each moment. What they show is said in words beside them. */
export default function Chart({ at, series, label }: { at: number[]; series: Series[]; label: string }) {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = place.current!;
    const style = getComputedStyle(document.documentElement);
    const colour = (name: string) => style.getPropertyValue(`--${name}`).trim();
    const axis = { stroke: colour('quiet'), grid: { stroke: colour('line'), width: 1 }, ticks: { show: false }, font: '12px system-ui' };
    const step = (at[1] ?? 0) - (at[0] ?? 0) || 60;
    const chart = new uPlot(
      {
        width: element.clientWidth,
        height: 210,
        legend: { show: false },
        cursor: { show: false },
        // Half a bar of room at both ends.
        scales: { x: { range: (_, min, max) => [min - step / 2, max + step / 2] }, y: { range: (_, __, max) => [0, Math.max(max * 1.1, 4)] } },
        axes: [
          { ...axis, grid: { show: false }, values: (_, ticks) => ticks.map((tick) => clock.format(tick * 1000)) },
          { ...axis, size: 46, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000] },
        ],
        // The highest stands behind the others: each bar begins at zero and has those before it within.
        series: [{}, ...series.map((one) => ({ fill: colour(`bar-${one.colour}`), width: 0, points: { show: false }, paths: uPlot.paths.bars!({ size: [0.75, 24], radius: 0.15 }) })).reverse()],
      },
      [at, ...stacked(series).reverse()] as uPlot.AlignedData,
      element,
    );
    const resized = new ResizeObserver(() => chart.setSize({ width: element.clientWidth, height: 210 }));
    resized.observe(element);
    return () => {
      resized.disconnect();
      chart.destroy();
    };
  }, [at, series]);
  return <div ref={place} className="chart" role="img" aria-label={label} />;
}

/** Each series with those before it added. */
function stacked(series: Series[]): number[][] {
  const sums: number[][] = [];
  for (const { values } of series) {
    const below = sums.at(-1);
    sums.push(values.map((value, i) => value + (below?.[i] ?? 0)));
  }
  return sums;
}
