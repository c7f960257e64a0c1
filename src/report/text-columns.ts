/** Cells in aligned columns, two spaces apart; every line without trailing space. */
export function columns(
  rows: readonly (readonly string[])[],
  align: readonly ("left" | "right")[],
): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, i) => {
      widths[i] = Math.max(widths[i] ?? 0, displayWidth(cell));
    });
  }
  return rows.map((row) => {
    const cells = row.map((cell, i) => {
      const space = " ".repeat(widths[i]! - displayWidth(cell));
      return align[i] === "right" ? space + cell : cell + space;
    });
    return cells.join("  ").trimEnd();
  });
}

/** Less would leave nothing beside the indentation. */
const NARROWEST = 12;

/** Breaks a line at spaces so that no piece is wider than `wanted` (12 at least); a longer word is cut. Following lines are indented. */
export function fold(line: string, wanted: number): string[] {
  const width = Math.max(wanted, NARROWEST);
  const lines: string[] = [];
  let rest = line;
  while (displayWidth(rest) > width) {
    const fitting = fittingLength(rest, width);
    const space = rest.lastIndexOf(" ", fitting);
    const end = space > 8 ? space : fitting;
    lines.push(rest.slice(0, end).trimEnd());
    rest = `    ${rest.slice(end).trimStart()}`;
  }
  lines.push(rest);
  return lines;
}

/** Columns a terminal takes for the text: two for wide East Asian characters and emoji, none for combining marks. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const character of text) width += characterWidth(character);
  return width;
}

const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/u;

function characterWidth(character: string): number {
  if (/\p{Mn}|\p{Me}/u.test(character)) return 0;
  return WIDE.test(character) ? 2 : 1;
}

function fittingLength(text: string, width: number): number {
  let taken = 0;
  let length = 0;
  for (const character of text) {
    taken += characterWidth(character);
    if (taken > width) break;
    length += character.length;
  }
  return Math.max(length, 1);
}
