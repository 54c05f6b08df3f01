/**
 * Writes the text format of Prometheus, version 0.0.4: a HELP and a TYPE line for each family, then a line for each series. Numbers are
 * written as Go writes them, because the bounds of buckets are labels and labels are compared as text.
 */
import type { Histogram } from "./histogram.ts";

/** Its type as etcd 3.5 gives it. OpenMetrics is not offered, nor by that version. */
export const EXPOSITION_CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8; escaping=underscores";

export type MetricType = "counter" | "gauge" | "histogram" | "summary";

/** Name and value in turn: `["To", "1a", "From", "2b"]`. Names are written in the order given. */
export type Labels = readonly string[];

const NO_LABELS: Labels = [];

type Family = { readonly name: string; readonly head: string; samples: string };

export class Exposition {
  readonly #families: Family[] = [];

  /** Starts a family; the samples that follow belong to it. A family without samples is left out. */
  family(name: string, type: MetricType, help: string): this {
    this.#families.push({ name, head: `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n`, samples: "" });
    return this;
  }

  counter(name: string, help: string, value: number): this {
    return this.family(name, "counter", help).sample(value);
  }

  gauge(name: string, help: string, value: number): this {
    return this.family(name, "gauge", help).sample(value);
  }

  histogram(name: string, help: string, histogram: Histogram): this {
    return this.family(name, "histogram", help).buckets(histogram);
  }

  /** One series of the family. */
  sample(value: number, labels: Labels = NO_LABELS, suffix = ""): this {
    const family = this.#families[this.#families.length - 1]!;
    family.samples += `${family.name}${suffix}${formatLabels(labels)} ${formatNumber(value)}\n`;
    return this;
  }

  /** The series of one histogram of the family. */
  buckets(histogram: Histogram, labels: Labels = NO_LABELS): this {
    const { bounds, counts, sum, count } = histogram;
    let below = 0;
    for (let i = 0; i < bounds.length; i++) {
      below += counts[i]!;
      this.sample(below, [...labels, "le", formatNumber(bounds[i]!)], "_bucket");
    }
    this.sample(count, [...labels, "le", "+Inf"], "_bucket");
    this.sample(sum, labels, "_sum");
    return this.sample(count, labels, "_count");
  }

  /** Everything, families by name as etcd lists them. */
  text(): string {
    return this.#families
      .filter(({ samples }) => samples !== "")
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .map(({ head, samples }) => head + samples)
      .join("");
  }
}

/** A number as Go's strconv writes it with format 'g': with an exponent, of two digits at least, below 1e-4 and from 1e6 on. */
export function formatNumber(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "+Inf" : "-Inf";
  const size = Math.abs(value);
  if (size === 0 || (size >= 1e-4 && size < 1e6)) return String(value);
  const [digits, exponent] = value.toExponential().split("e") as [string, string];
  return `${digits}e${exponent[0]}${exponent.slice(1).padStart(2, "0")}`;
}

function formatLabels(labels: Labels): string {
  if (labels.length === 0) return "";
  let text = "{";
  for (let i = 0; i < labels.length; i += 2) {
    text += `${i === 0 ? "" : ","}${labels[i]}="${escapeLabel(labels[i + 1] ?? "")}"`;
  }
  return `${text}}`;
}

function escapeLabel(value: string): string {
  return /[\\"\n]/.test(value) ? value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n") : value;
}
