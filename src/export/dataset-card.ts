import { stringify } from "yaml";
import type { ExportJob, RowSummary } from "./export-job.ts";

/** README.md of an exported dataset: front matter as the Hugging Face hub reads it, then what the rows are and where they come from. */
export function datasetCard(job: ExportJob, rows: RowSummary, body: readonly string[] = []): string {
  const front = {
    ...licenceFields(job),
    task_categories: ["text-generation"],
    tags: ["code", "security", "sectune"],
    pretty_name: job.name,
    configs: [{ config_name: "default", data_files: [{ split: "train", path: "data/train.jsonl" }] }],
  };
  return `---\n${stringify(front)}---\n\n${[`# ${job.name}`, ...facts(job, rows), ...body].join("\n\n")}\n`;
}

/** What every README of an export says: rows, licences, models that wrote them, provenance. */
export function facts(job: ExportJob, rows: RowSummary): string[] {
  const { sources, writers, tooLong = 0 } = job;
  const purposes = Object.entries(rows.byPurpose).map(([purpose, count]) => `${count} ${purpose}`);
  const licences = [...new Set(sources.map(({ licence }) => licence))];
  return [
    `${rows.count} rows for supervised fine-tuning (${purposes.join(", ")}): ${rows.withReasoning} with reasoning, ${rows.withoutReasoning} without.`,
    "## Sources and licences",
    ["| dataset | revision | licence | rows |", "|---|---|---|---|"]
      .concat(
        sources.map(
          (it) => `| ${cell(it.dataset)} | \`${cell(it.revision)}\` | ${cell(it.licence)} | ${it.rows} |`,
        ),
      )
      .join("\n"),
    ...(licences.some(isNonCommercial)
      ? ["**Not for commercial use**: a source's licence forbids it, and that holds for what is made of it."]
      : []),
    ...(writers.length > 0
      ? [
          `The answers and reasoning were written by models, whose own terms may apply to them: ${writers.map(cell).join("; ")}.`,
        ]
      : []),
    ...(tooLong > 0
      ? [`${tooLong} rows are longer than the run's own \`maxLength\`; its trainer left them out.`]
      : []),
    "`provenance.json` holds the run, its settings, the prompts' hashes and the versions that made the rows.",
  ];
}

function licenceFields({ sources }: ExportJob): Record<string, string> {
  const licences = [...new Set(sources.map(({ licence }) => licence))];
  if (licences.length === 1) {
    const hub = licences[0]!.toLowerCase();
    return HUB_LICENCES.has(hub) ? { license: hub } : { license: "other", license_name: slug(licences[0]!) };
  }
  return { license: "other", license_name: licences.length === 0 ? "unknown" : "see-sources" };
}

/** Licence ids of the hub that sources here may have; others are `other` with a name. */
const HUB_LICENCES = new Set([
  ...["apache-2.0", "mit", "bsd-2-clause", "bsd-3-clause", "cc0-1.0", "cc-by-4.0", "cc-by-sa-4.0"],
  ...["cc-by-nc-4.0", "cc-by-nc-sa-4.0", "gpl-3.0", "lgpl-3.0", "mpl-2.0", "unlicense"],
]);

function isNonCommercial(licence: string): boolean {
  return /(^|[^a-z])nc([^a-z]|$)|non-?commercial/i.test(licence);
}

function cell(text: string): string {
  return text.replace(/[\r\n]+/g, " ").replaceAll("|", "\\|");
}

function slug(text: string): string {
  return text.toLowerCase().replace(/[^a-z0-9.]+/g, "-");
}
