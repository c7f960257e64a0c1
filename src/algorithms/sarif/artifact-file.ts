import type { SarifArtifactLocation, SarifRun } from "./sarif-log.ts";

/** The file that an artifact's location means: base addresses put in front where the run knows them, URI decoded, `file:` taken off. */
export function artifactFile(location: SarifArtifactLocation | undefined, run: SarifRun): string {
  const own = location?.uri === undefined ? run.artifacts?.[location?.index ?? -1]?.location : location;
  return fromUri(absoluteUri(own, run, new Set()));
}

/** The files that a run says it knows, with or without results. */
export function listedFiles(run: SarifRun): string[] {
  return (run.artifacts ?? []).flatMap(({ location }) =>
    location?.uri === undefined ? [] : [artifactFile(location, run)],
  );
}

/** Bases may stand on others; one that has no address of its own (`%SRCROOT%` alone) leaves the path relative. */
function absoluteUri(location: SarifArtifactLocation | undefined, run: SarifRun, seen: Set<string>): string {
  const { uri = "", uriBaseId: id } = location ?? {};
  if (id === undefined || seen.has(id) || /^[a-z][a-z0-9+.-]*:/i.test(uri)) return uri;
  const base = absoluteUri(run.originalUriBaseIds?.[id], run, seen.add(id));
  return base === "" || base.endsWith("/") ? base + uri : `${base}/${uri}`;
}

function fromUri(uri: string): string {
  const path = uri.replace(/^file:(\/\/(localhost(?=\/))?)?/i, "");
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
