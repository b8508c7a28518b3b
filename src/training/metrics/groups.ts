/** How one person's or device's rows went. */
export interface GroupScore {
  readonly group: number;
  readonly rows: number;
  readonly wrong: number;
  /** The most frequent mistake: so many rows of class `label` were taken for `prediction`. Absent where all are right. */
  readonly mistake?: { readonly label: number; readonly prediction: number; readonly rows: number };
}

/**
 * Where a classifier's mistakes lie: a score a group, those with most mistakes first.
 *
 * @param labels [rows]
 * @param predictions [rows]
 * @param groupOf [rows], such as the person of each row
 */
export function groupScores(
  labels: ArrayLike<number>,
  predictions: ArrayLike<number>,
  groupOf: ArrayLike<number>,
): GroupScore[] {
  const groups = new Map<number, { rows: number; wrong: number; mistakes: Map<string, Mistake> }>();
  for (let row = 0; row < groupOf.length; row++) {
    const [group, label, prediction] = [groupOf[row], labels[row], predictions[row]];
    const one = groups.get(group) ?? { rows: 0, wrong: 0, mistakes: new Map<string, Mistake>() };
    groups.set(group, one);
    one.rows++;
    if (label === prediction) continue;
    one.wrong++;
    const key = `${label} ${prediction}`;
    const rows = (one.mistakes.get(key)?.rows ?? 0) + 1;
    one.mistakes.set(key, { label, prediction, rows });
  }
  return [...groups]
    .map(([group, { rows, wrong, mistakes }]) => {
      const [mistake] = [...mistakes.values()].sort((a, b) => b.rows - a.rows || a.label - b.label);
      return { group, rows, wrong, ...(mistakes.size > 0 ? { mistake } : {}) };
    })
    .sort((a, b) => b.wrong - a.wrong || a.group - b.group);
}

type Mistake = NonNullable<GroupScore['mistake']>;
