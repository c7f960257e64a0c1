import { analyzer as sectuneRules } from "../../src/analyzers/sectune-rules/index.ts";
import type { Services } from "../../src/core/adapter.ts";
import type { SourceFile } from "../../src/core/analyzer.ts";
import { analyzerContract } from "./analyzer.ts";

const python = (text: string): SourceFile => ({ path: "main.py", language: "python", text });

analyzerContract(
  "sectune-rules",
  async () => await sectuneRules.create(sectuneRules.config.parse({ jobs: 1 }), {} as Services),
  {
    vulnerable: [
      python("import os\n\ndef f(name):\n    os.system('ls ' + name)\n"),
      python("import pickle\r\nx = '😀'; y = pickle.loads(data)\r\n"),
    ],
    clean: [python("def add(a, b):\n    return a + b\n"), python("import hashlib\nhashlib.sha256(b'')\n")],
    broken: [python("def f(:\n  pass"), python("x = (1,\n"), python("((((((((((")],
  },
);
