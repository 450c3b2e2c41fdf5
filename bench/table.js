/** Prints what was measured beside what it should be, with a verdict on every row; a row that misses fails the run. */

/**
 * @param title what the table is about.
 * @param columns the names of the columns, the row's own name first. The verdict stands in one more.
 * @param rows `{ cells, ok }`: one text per column, and whether the row meets its target; undefined where there is none.
 */
export function printTable(title, columns, rows) {
  const table = [["", ...columns], ...rows.map(({ cells, ok }) => [verdict(ok), ...cells])];
  const widths = table[0].map((_, column) => Math.max(...table.map((cells) => cells[column].length)));
  console.log(`\n${title}\n`);
  for (const cells of table)
    console.log(
      cells
        .map((cell, i) => cell.padEnd(widths[i]))
        .join("  ")
        .trimEnd(),
    );
  if (rows.every(({ ok }) => ok === undefined)) return;
  const missed = rows.filter(({ ok }) => !ok).length;
  console.log(
    missed === 0
      ? `\nAll ${rows.length} reach their targets.`
      : `\n${missed} of ${rows.length} miss their targets.`,
  );
  if (missed > 0) process.exitCode = 1;
}

function verdict(ok) {
  if (ok === undefined) return "";
  return ok ? "✓" : "✗";
}
