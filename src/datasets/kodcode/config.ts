import { z } from "zod";

export const ConfigSchema = z
  .strictObject({
    /** Parquet file, or a folder of them; absent: the hub. */
    path: z.string().min(1).optional(),
    /** Dataset on the hub. */
    repository: z.string().min(1).default("KodCode/KodCode-V1"),
    /** Commit of the dataset on the hub: a branch may move, and then equal keys would mean different data. */
    revision: z
      .string()
      .regex(/^[0-9a-f]{40}$/, "a commit of 40 hex digits")
      .optional(),
    /** Which files: those whose name begins with this. */
    split: z.enum(["train", "use_with_caution"]).default("train"),
    /** Only these subsets (`Filter`, `Apps`, `Package` …); all by default. */
    subsets: z.array(z.string()).optional(),
    /** Only these styles of question (`instruct`, `complete` …); all by default. */
    styles: z.array(z.string()).optional(),
    /** Only these GPT-assessed difficulties. */
    difficulties: z.array(z.enum(["easy", "medium", "hard"])).optional(),
    /** Address of a hub other than the public one. */
    endpoint: z.url({ protocol: /^https?$/ }).optional(),
    /** Environment variable with an access token, for hubs that want one. */
    tokenEnv: z.string().default("HF_TOKEN"),
  })
  .refine(({ path, revision }) => path !== undefined || revision !== undefined, {
    message: "`path` of local parquet files, or `revision`: the commit to take from the hub",
  });
export type KodCodeConfig = z.infer<typeof ConfigSchema>;
