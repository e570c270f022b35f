// Sorting.
// Amounts sort by their exact figure, which is the title of the cell; what is unknown comes last in both directions.
const number = (text) => parseFloat(text.replaceAll(",", ""));
const UNKNOWN = new Set(["", "–", "not known", "no address"]);
function value(row, column) {
  const cell = row.cells[column];
  const shown = cell.textContent.trim();
  if (UNKNOWN.has(shown)) return null;
  if (!cell.classList.contains("n")) return shown.toLowerCase();
  return number(cell.title || shown);
}
document.querySelectorAll("table.sortable").forEach((table) => {
  table.querySelectorAll("thead th").forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "sort";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const down = head.getAttribute("aria-sort") ? head.getAttribute("aria-sort") === "ascending" : head.classList.contains("n");
      table.querySelectorAll("[aria-sort]").forEach((other) => other.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      const rows = [...table.tBodies[0].rows].map((row) => [value(row, column), row]);
      rows.sort(([a], [b]) => (a === null || b === null ? (a === null) - (b === null) : (a < b ? -1 : a > b ? 1 : 0) * (down ? -1 : 1)));
      table.tBodies[0].append(...rows.map(([, row]) => row));
    });
  });
});
