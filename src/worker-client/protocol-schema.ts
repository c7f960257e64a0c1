import { z } from "zod";
import { GenerateRequestSchema, ScoreRequestSchema } from "../core/model.ts";
import { opParams } from "./op-params.ts";
import { HostMessageSchema, PROTOCOL_VERSION, WorkerMessageSchema } from "./protocol.ts";

/** JSON Schema of everything that crosses to the worker and back: the text of `worker/protocol.schema.json`. */
export function protocolSchemaText(): string {
  const params = Object.fromEntries(
    Object.entries(opParams).map(([op, schema]) => [`${op}Params`, jsonSchema(schema)]),
  );
  const schema = {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "SecTune worker protocol",
    version: PROTOCOL_VERSION,
    $defs: {
      hostMessage: jsonSchema(HostMessageSchema),
      workerMessage: jsonSchema(WorkerMessageSchema),
      ...params,
      generateRequest: jsonSchema(GenerateRequestSchema),
      scoreRequest: jsonSchema(ScoreRequestSchema),
    },
  };
  return `${JSON.stringify(schema, null, 2)}\n`;
}

function jsonSchema(schema: z.ZodType): object {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: "output", unrepresentable: "any" });
  return rest;
}
