/**
 * Runs inside the sandbox, on the package as it is installed. Reads one JSON object from stdin, prints one.
 * `rules`: what the package's own loader makes of its files, per language and use case, so that no quirk of it is lost.
 * `search`: the package's own regex step over the texts and rules named, with where each first match ends.
 */
export const packageScript = `
import json, re, sys
sys.dont_write_bytecode = True
sys.path.insert(0, sys.argv[1])
from codeshield.insecure_code_detector import insecure_code_detector as detector, insecure_patterns, languages, oss
from codeshield.insecure_code_detector.analyzers import Analyzer
from codeshield.insecure_code_detector.usecases import UseCase

def pattern(p):
    return {"id": p.pattern_id, "cwe": p.cwe_id, "severity": str(p.severity), "message": p.description, "regex": p.rule}

def rules():
    found = []
    for language, analyzers in detector.LANGUAGE_ANALYZER_MAP.items():
        for usecase in UseCase:
            config = oss.RULES_ROOT / "semgrep" / "_generated_" / f"{language.value}_{usecase.value}.json"
            semgrep = Analyzer.SEMGREP in analyzers
            found.append({
                "language": language.value,
                "mode": usecase.value,
                "extension": languages.get_file_extension(language),
                "regex": [pattern(p) for p in insecure_patterns.load(language, Analyzer.REGEX, usecase)]
                    if oss.ENABLE_REGEX_ANALYZER and Analyzer.REGEX in analyzers else [],
                "prescan": [pattern(p) for p in insecure_patterns.load_prescan_regexes(language, usecase)],
                "semgrep": str(config) if oss.ENABLE_SEMGREP and semgrep and config.exists() else None,
                "semgrepRules": [
                    {"id": r["id"], "cwe": r["metadata"].get("cwe_id"), "severity": r["severity"], "message": r["message"]}
                    for r in json.loads(config.read_text())["rules"]
                ] if semgrep and config.exists() else [],
            })
    return {"sets": found, "command": oss.SEMGREP_COMMAND}

def search(items):
    results = []
    for item in items:
        hits = []
        for index, regex in item["regexes"]:
            found = re.search(regex, item["text"])
            probe = insecure_patterns.InsecurePattern("", "", regex, "warning")
            if found and detector._search_pattern(probe, item["text"]):
                hits.append([index, found.start(), found.end()])
        results.append(hits)
    return {"results": results}

request = json.load(sys.stdin)
json.dump(rules() if request["op"] == "rules" else search(request["items"]), sys.stdout)
`;
