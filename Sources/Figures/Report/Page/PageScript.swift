/// What pages do: tables that sort, filter and copy, commands that copy. It reads the page alone and sends nothing;
/// without it, all that is there is to be read.
let pageScript: HTML = #"""
  "use strict";
  const element = (name, text, attributes) => {
    const made = Object.assign(document.createElement(name), attributes);
    made.textContent = text;
    return made;
  };
  const value = cell => (cell.dataset.value ?? cell.textContent).trim();
  const quoted = text => /[",\r\n]/.test(text) ? '"' + text.replaceAll('"', '""') + '"' : text;
  const copy = async text => {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      const area = element("textarea", text);
      document.body.append(area);
      area.select();
      const done = document.execCommand("copy");
      area.remove();
      return done;
    }
  };
  const number = text => text === "" ? NaN : Number(text);
  const order = (a, b) => {
    const [left, right] = [number(a), number(b)];
    const [isLeft, isRight] = [!Number.isNaN(left), !Number.isNaN(right)];
    if (isLeft && isRight) return left - right;
    if (isLeft !== isRight) return isLeft ? -1 : 1;
    return a < b ? -1 : a > b ? 1 : 0;
  };
  const tooled = table => {
    const body = table.tBodies[0];
    const rows = [...body.rows];
    const heads = [...table.tHead.rows[0].cells];
    const names = heads.map(value);
    const tools = element("div", "", {className: "tools"});
    const label = element("label", "Filter ");
    const field = element("input", "", {type: "search"});
    const button = element("button", "Copy as CSV", {type: "button"});
    const told = element("output", "");
    field.setAttribute("aria-label", "Filter the rows of " + table.dataset.name);
    label.append(field);
    tools.append(label, button, told);
    table.parentElement.before(tools);
    const texts = new Map(rows.map(row => [row, row.textContent.toLowerCase()]));
    field.addEventListener("input", () => {
      const words = field.value.toLowerCase().split(/\s+/).filter(word => word);
      for (const row of rows) row.hidden = !words.every(word => texts.get(row).includes(word));
      told.textContent = rows.filter(row => !row.hidden).length + " of " + rows.length + " rows";
    });
    button.addEventListener("click", async () => {
      const shown = [...body.rows].filter(row => !row.hidden);
      const lines = shown.map(row => [...row.cells].map(value).map(quoted).join(","));
      const done = await copy([names.map(quoted).join(","), ...lines, ""].join("\n"));
      told.textContent = done ? shown.length + " rows copied" : "this browser does not let pages copy";
    });
    heads.forEach((head, column) => {
      const sorter = element("button", head.textContent, {type: "button"});
      head.replaceChildren(sorter);
      sorter.addEventListener("click", () => {
        const falls = head.getAttribute("aria-sort") === "ascending";
        for (const other of heads) other.removeAttribute("aria-sort");
        head.setAttribute("aria-sort", falls ? "descending" : "ascending");
        const sorted = [...rows].sort((a, b) =>
          (falls ? -1 : 1) * order(value(a.cells[column]), value(b.cells[column])));
        body.append(...sorted);
      });
    });
  };
  for (const table of document.querySelectorAll("table[data-name]")) tooled(table);
  for (const code of document.querySelectorAll("code.command")) {
    const button = element("button", "Copy", {type: "button", className: "copy"});
    button.setAttribute("aria-label", "Copy the command");
    button.addEventListener("click", async () => {
      button.textContent = await copy(code.textContent) ? "Copied" : "Not copied";
    });
    code.after(" ", button);
  }
  const opened = [];
  addEventListener("beforeprint", () => {
    for (const part of document.querySelectorAll("details:not([open])")) {
      part.open = true;
      opened.push(part);
    }
  });
  addEventListener("afterprint", () => { for (const part of opened.splice(0)) part.open = false; });
  const reveal = () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    const part = target?.closest("details");
    if (part && !part.open) {
      part.open = true;
      target.scrollIntoView();
    }
  };
  addEventListener("hashchange", reveal);
  reveal();
  """#
