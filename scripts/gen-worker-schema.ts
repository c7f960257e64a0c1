// Writes worker/protocol.schema.json from the zod schemas of src/worker-client (--check: only compares).
import { protocolSchemaText } from "../src/worker-client/protocol-schema.ts";
import { writeOrCheck } from "./generate/generated-file.ts";

await writeOrCheck("worker/protocol.schema.json", protocolSchemaText());
