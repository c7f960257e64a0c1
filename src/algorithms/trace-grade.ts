/** Highest grade of metric G. The paper's five levels have lost their numbers; ours are 0 to 4, divided by 4. */
export const MAX_GRADE = 4;

/** Least concordance with known orders at which a judge's grades are shown. */
export const MIN_AUC = 0.9;

/** Share of a judge's grades, those of known traces included, above which grades that could not be had keep all of them from being shown. */
const MAX_MISSING = 0.05;

/** Why grades are not shown of which so many `missing` answers have none; undefined: they are shown. `graded`: known traces included. */
export function tooManyMissing(missing: number, answers: number, graded: number): string | undefined {
  if (missing <= MAX_MISSING * (missing + graded)) return undefined;
  return `the judge gave no readable grade for ${missing} of ${answers} answers (at most ${100 * MAX_MISSING} % of its grades may be missing)`;
}

/** How good a calibration trace is known to be, worst first. */
export const CALIBRATION_LEVELS = ["absent", "shallow", "good"] as const;
export type CalibrationLevel = (typeof CALIBRATION_LEVELS)[number];

/** Reads a judge's reply: `grade: 3`, or a lone digit; null when it is neither or out of range. */
export function parseGrade(reply: string): number | null {
  const named = [...reply.matchAll(/\bgrade\b["'*:=\s]*(\d+)(?!\d|\.\d)/gi)].at(-1)?.[1];
  const digits = named ?? /^\W*(\d+)\W*$/.exec(reply)?.[1];
  if (digits === undefined) return null;
  const grade = Number(digits);
  return grade <= MAX_GRADE ? grade : null;
}

/**
 * Probability that of two traces of different known levels the better one gets the higher grade; ties, and traces that the judge
 * could not grade, count half (they carry no information). With two levels this is the area under the ROC curve. NaN without pairs.
 */
export function concordance(
  graded: readonly { readonly level: CalibrationLevel; readonly grade: number | null }[],
  levels: readonly CalibrationLevel[] = CALIBRATION_LEVELS,
): number {
  const rank = (level: CalibrationLevel) => CALIBRATION_LEVELS.indexOf(level);
  const used = graded.filter(({ level }) => levels.includes(level));
  let right = 0;
  let pairs = 0;
  for (const better of used) {
    for (const worse of used) {
      if (rank(better.level) <= rank(worse.level)) continue;
      pairs++;
      if (better.grade === null || worse.grade === null || better.grade === worse.grade) right += 0.5;
      else if (better.grade > worse.grade) right++;
    }
  }
  return right / pairs;
}
