import { type ComparisonGroup, METRIC_TITLES } from "./comparison.ts";
import { decimal, interval, signed } from "./format.ts";
import { type Html, html, trusted } from "./html.ts";
import type { ReportInput } from "./report-input.ts";
import type { VariantComparison, VariantRow } from "./variant-comparisons.ts";
import { visibleLine } from "./visible-text.ts";

/** Width of a plot in CSS pixels: a phone shows one beside the margins, a desktop three in a row. */
const WIDTH = 340;
const SYMBOLS = ["circle", "diamond", "square", "triangle", "star"] as const;

/** Draws static SVG. Colours come from the page (`--arm-0` …), so that light and dark both work. */
export interface Plots {
  /** One plot per metric: for every split the value and interval of each arm. */
  intervals(input: ReportInput, groups: readonly ComparisonGroup[]): Html;
  /** FuncSec before → after for every CWE of a split. */
  cwes(input: ReportInput, groups: readonly ComparisonGroup[]): Html;
  /** One plot per slice: the paired change of FuncSec of every variant against its reference. */
  variants(input: ReportInput, comparison: VariantComparison): Html;
}

/** Loads Observable Plot and a document without a browser. Takes about a second, so only when a report is made. */
export async function loadPlots(): Promise<Plots> {
  const [Plot, { parseHTML }] = await Promise.all([import("@observablehq/plot"), import("linkedom")]);
  const { document } = parseHTML("<!doctype html><html></html>");
  const draw = (label: string, options: Parameters<typeof Plot.plot>[0]): Html => {
    const svg = Plot.plot({ document, width: WIDTH, ...options });
    svg.querySelector("style")?.remove();
    for (const attribute of ["style", "font-family", "width", "height"]) svg.removeAttribute(attribute);
    svg.setAttribute("role", "img");
    svg.setAttribute("aria-label", visibleLine(label));
    return trusted(svg.outerHTML);
  };

  return {
    intervals(input, groups) {
      const metrics = ["func", "funcSec", "secRatio"] as const;
      return html`${metrics.map((metric) => {
        const points = groups.flatMap((group) => pointsOf(input, group, metric, group.split.title));
        if (points.length === 0) return null;
        const rows = [...new Set(points.map(({ row }) => row))];
        const svg = draw(`${METRIC_TITLES[metric].title} by split and arm, with 95 % intervals`, {
          height: 30 + rows.length * (22 + 13 * input.arms.length),
          marginLeft: 8,
          marginRight: 8,
          marginTop: 2,
          marginBottom: 28,
          x: { domain: [0, 100], label: null, grid: true, ticks: [0, 25, 50, 75, 100] },
          y: { domain: ["title", ...input.arms.map(({ name }) => name)], axis: null },
          fy: { domain: rows, axis: null },
          marks: [
            Plot.text(rows, {
              x: 0,
              y: () => "title",
              fy: (row: string) => row,
              text: (row: string) => row,
              textAnchor: "start",
              className: "plot-title",
            }),
            ...marks(points),
          ],
        });
        return html`<figure><figcaption>${METRIC_TITLES[metric].title} <span>%, ${METRIC_TITLES[metric].meaning}</span></figcaption>${svg}</figure>`;
      })}`;
    },

    cwes(input, groups) {
      const splits = input.splits.filter(({ name }) => groups.some(({ split }) => split.name === name));
      return html`${splits.map((split) => {
        const own = groups.filter((group) => group.split.name === split.name);
        const compared = [input.headline.before, input.headline.after];
        const points = own
          .flatMap((group) => pointsOf(input, group, "funcSec", group.cwe ?? ""))
          .filter(({ arm }) => compared.includes(arm));
        if (points.length === 0) return null;
        const rows = [...new Set(points.map(({ row }) => row))];
        const svg = draw(`FuncSec by CWE on ${split.title}, before and after`, {
          height: 34 + rows.length * 30,
          marginLeft: 66,
          marginRight: 8,
          marginTop: 4,
          marginBottom: 28,
          x: { domain: [0, 100], label: null, grid: true, ticks: [0, 25, 50, 75, 100] },
          y: { domain: compared, axis: null },
          fy: { domain: rows, label: null, axis: "left", padding: 0.2 },
          marks: marks(points),
        });
        return html`<figure><figcaption>${split.title} <span>FuncSec %</span></figcaption>${svg}</figure>`;
      })}`;
    },

    variants(input, { reference, rows }) {
      const slices = new Set(rows.flatMap(({ cells }) => cells.map(({ slice }) => slice)));
      return html`${[...slices].map((slice) => {
        const title = input.splits.find(({ name }) => name === slice)?.title ?? slice;
        const points = rows.flatMap((row) => changePoints(row, slice));
        if (points.length === 0) return null;
        return html`<figure><figcaption>${title} <span>FuncSec, change against ${reference} in points</span></figcaption>${changes(title, points)}</figure>`;
      })}`;
    },
  };

  function changes(slice: string, points: readonly ChangePoint[]): Html {
    return draw(`Change of FuncSec on ${slice} by variant, with 95 % intervals`, {
      height: 34 + points.length * 24,
      marginLeft: 130,
      marginRight: 8,
      marginTop: 4,
      marginBottom: 28,
      x: { label: null, grid: true, ticks: 5 },
      y: { domain: points.map(({ row }) => row), label: null, tickSize: 0 },
      marks: [
        Plot.ruleX([0], { stroke: "currentColor" }),
        Plot.ruleY(points, {
          x1: "low",
          x2: "high",
          y: "row",
          stroke: "var(--arm-2)",
          strokeWidth: 3,
          strokeOpacity: 0.45,
          strokeLinecap: "round",
        }),
        Plot.dot(points, { x: "value", y: "row", fill: "var(--arm-2)", r: 4, title: "label" }),
      ],
    });
  }

  function marks(points: readonly Point[]) {
    return [
      Plot.ruleY(points, {
        x1: "low",
        x2: "high",
        y: "arm",
        fy: "row",
        stroke: "colour",
        strokeWidth: 3,
        strokeOpacity: 0.45,
        strokeLinecap: "round",
      }),
      Plot.dot(points, {
        x: "value",
        y: "arm",
        fy: "row",
        fill: "colour",
        symbol: (point: Point) => point.symbol,
        r: 4,
        title: "label",
      }),
    ];
  }
}

/** What the symbols of the plots stand for. */
export function legend(input: ReportInput): Html {
  return html`<ul class="legend">${input.arms.map(
    (arm, i) =>
      html`<li class="arm-${i % SYMBOLS.length}"><span aria-hidden="true">${["●", "◆", "■", "▲", "★"][i % SYMBOLS.length]}</span> ${arm.title}</li>`,
  )}</ul>`;
}

interface ChangePoint {
  readonly row: string;
  readonly value: number;
  readonly low: number;
  readonly high: number;
  readonly label: string;
}

function changePoints({ arm, cells }: VariantRow, slice: string): ChangePoint[] {
  const difference = cells.find((it) => it.slice === slice && it.metric === "funcSec")?.difference;
  if (difference === undefined || difference.value === null || difference.withheld !== undefined) return [];
  const { value } = difference;
  const { low, high } = difference.interval ?? { low: value, high: value };
  const row = visibleLine(arm);
  return [{ row, value, low, high, label: `${row}: ${signed(value)} ${interval(difference)}` }];
}

interface Point {
  readonly row: string;
  readonly arm: string;
  readonly value: number;
  readonly low: number;
  readonly high: number;
  readonly colour: string;
  readonly symbol: (typeof SYMBOLS)[number];
  readonly label: string;
}

function pointsOf(input: ReportInput, group: ComparisonGroup, metric: string, title: string): Point[] {
  const row = group.rows.find((it) => it.metric === metric);
  return (row?.arms ?? []).flatMap(({ arm, score }) => {
    if (score?.value === null || score === undefined) return [];
    const index = input.arms.findIndex(({ name }) => name === arm);
    const { low, high } = score.interval ?? { low: score.value, high: score.value };
    const name = visibleLine(input.arms[index]?.title ?? arm);
    return [
      {
        row: visibleLine(title),
        arm,
        value: score.value,
        low,
        high,
        colour: `var(--arm-${index % SYMBOLS.length})`,
        symbol: SYMBOLS[index % SYMBOLS.length]!,
        label: `${name}: ${decimal(score.value)} % ${interval(score)}, n = ${score.n}`,
      },
    ];
  });
}
