"use strict";
for (const table of document.querySelectorAll("main table")) {
  const body = table.tBodies[0];
  if (!body || body.rows.length < 3) continue;
  [...table.tHead.rows[0].cells].forEach((head, column) => {
    head.dataset.sort = "";
    head.addEventListener("click", () => {
      const down = head.dataset.sort === "up";
      for (const other of table.tHead.rows[0].cells) other.dataset.sort = "";
      head.dataset.sort = down ? "down" : "up";
      const text = row => row.cells[column] ? row.cells[column].textContent : "";
      const rows = [...body.rows].sort((a, b) => text(a).localeCompare(text(b), "en", { numeric: true }));
      if (down) rows.reverse();
      body.append(...rows);
    });
  });
}
