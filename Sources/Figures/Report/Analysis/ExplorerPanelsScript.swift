/// The controls around the views: colours, search, the table of what is selected and its file, neighbours.
let explorerPanelsScript: HTML = #"""

  const MOST_ROWS = 200;
  const tableOf = (name, heads, rows) => {
    const table = element("table", "");
    const line = table.createTHead().insertRow();
    for (const [text, className] of heads) line.append(Object.assign(element("th", text, {className}), {scope: "col"}));
    const body = table.createTBody();
    for (const cells of rows) {
      const row = body.insertRow();
      cells.forEach((content, column) => {
        const cell = element("td", "", {className: heads[column][1], dir: heads[column][1] ? "" : "auto"});
        cell.append(content);
        row.append(cell);
      });
    }
    const box = element("div", "", {className: "wide tall", tabIndex: 0});
    box.setAttribute("role", "group");
    box.setAttribute("aria-label", name);
    box.append(table);
    return box;
  };
  const saveAs = (name, text) => {
    const link = element("a", "", {href: URL.createObjectURL(new Blob([text], {type: "text/csv;charset=utf-8"})), download: name});
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  };
  const counted = (count, word) => plainNumber(count) + " " + word + (count === 1 ? "" : "s");

  class ExplorerPanels {
    constructor(explorer) {
      Object.assign(this, {explorer, points: explorer.points, word: explorer.points.sides.length > 1 ? "pair" : "item"});
      this.status = element("output", "", {className: "status"});
      this.status.setAttribute("aria-live", "polite");
      this.pairsNote = element("p", "", {className: "note", hidden: true});
      this.legend = element("ul", "", {className: "legend"});
      this.legend.setAttribute("aria-label", "Groups: a click selects one");
      this.views = element("div", "", {className: "views"});
      this.neighbours = element("div", "", {className: "neighbours"});
      this.selection = element("div", "", {className: "selection"});
      for (const plot of explorer.plots) {
        const figure = element("figure", "");
        figure.append(element("figcaption", plot.view.name, {dir: "auto"}), plot.box);
        this.views.append(figure);
      }
      const details = element("div", "", {className: "panes"});
      details.append(this.selection, this.neighbours);
      explorer.root.prepend(this.displayTools(), this.selectTools(), this.legend, this.views, this.status, this.pairsNote, details);
    }
    button(text, action, label) {
      const button = element("button", text, {type: "button"});
      if (label) button.setAttribute("aria-label", label);
      button.addEventListener("click", action);
      return button;
    }
    box(type, text, isChecked, action, name) {
      const [label, field] = [element("label", ""), element("input", "", {type, checked: isChecked})];
      if (name) field.name = name;
      field.setAttribute("aria-label", text);
      field.addEventListener("change", () => action(field.checked));
      label.append(field, " " + text);
      return label;
    }
    group(name, ...parts) {
      const group = element("div", "", {className: "tools"});
      group.setAttribute("role", "group");
      group.setAttribute("aria-label", name);
      group.append(...parts);
      return group;
    }
    displayTools() {
      const {explorer, points} = this;
      const label = element("label", "Colour by ");
      const field = element("select", "");
      field.setAttribute("aria-label", "Colour by");
      const kinds = [["sides", points.sides.length > 1 ? "side" : "nothing"], ["labels", "label"], ["ranks", "rank of the partner"]];
      for (const [kind, text] of kinds)
        if (kind === "sides" || points[kind]) field.append(element("option", text, {value: kind}));
      field.value = points.sides.length > 1 || !points.labels ? "sides" : "labels";
      field.addEventListener("change", () => explorer.setGrouping(field.value));
      label.append(field);
      const sides = points.sides.length < 2 ? [] : points.sides.map((name, side) =>
        this.box("checkbox", (side ? "○ " : "● ") + name, true, isOn => explorer.setShown(side, isOn)));
      const pairs = points.sides.length < 2 ? [] : [this.box("checkbox", "Pair lines", false, isOn => explorer.setPaired(isOn))];
      this.pairsField = pairs[0]?.firstChild;
      const each = action => () => explorer.plots.forEach(action);
      return this.group("Display", label, ...sides, ...pairs,
        this.button("+", each(plot => plot.zoom(1.4)), "Zoom in"), this.button("−", each(plot => plot.zoom(1 / 1.4)), "Zoom out"),
        this.button("Reset view", each(plot => plot.reset())));
    }
    selectTools() {
      const {explorer} = this;
      const tool = (name, text) => this.box("radio", text, explorer.tool === name, () => { explorer.tool = name; }, "explorer-tool");
      const label = element("label", "Find id ");
      this.search = element("input", "", {type: "search"});
      this.search.setAttribute("aria-label", "Part of an id; Enter selects all that have it");
      this.search.addEventListener("keydown", event => { if (event.key === "Enter") this.find(); });
      label.append(this.search);
      return this.group("Select", tool("lasso", "Lasso"), tool("move", "Move"),
        this.button("Rectangle", () => { const [plot] = explorer.plots; plot.startFrame(); plot.box.focus(); }),
        label, this.button("Select", () => this.find()), this.button("Clear", () => explorer.clear(), "Clear the selection"));
    }
    find() {
      const {points, explorer, search} = this;
      const part = search.value.toLowerCase();
      if (!part) return explorer.tell("Type a part of an id.");
      this.lowerIDs ??= Array.from({length: points.count}, (_, item) => points.id(item).toLowerCase());
      const found = [...this.lowerIDs.keys()].filter(item => this.lowerIDs[item].includes(part));
      explorer.selectItems(found);
      if (found.length === 1) explorer.choose(found[0] + (explorer.shown[0] ? 0 : points.count));
      if (!found.length) explorer.tell("No id has “" + search.value + "”.");
    }
    showLegend() {
      const {explorer, points} = this;
      const sizes = points.sides.map((_, side) => {
        const counts = new Uint32Array(explorer.names.length);
        const {groups} = explorer;
        for (let point = side * points.count; point < (side + 1) * points.count; point++) counts[groups[point]] += 1;
        return counts;
      });
      this.legend.replaceChildren(...explorer.names.map((name, group) => {
        const text = explorer.grouping === "labels" ? counted(sizes[0][group], this.word)
          : explorer.grouping === "sides" ? plainNumber(sizes[group][group])
          : sizes.map((counts, side) => plainNumber(counts[group]) + " " + points.sides[side]).join(", ");
        const button = this.button("", () => this.selectGroup(group), `Select ${name}: ${text}`);
        const swatch = element("span", "", {className: "swatch"});
        swatch.style.background = explorer.swatches[group];
        button.append(swatch, element("bdi", name), " ", element("small", text));
        const entry = element("li", "");
        entry.append(button);
        return entry;
      }));
    }
    selectGroup(group) {
      const {explorer} = this;
      const found = [];
      explorer.groups.forEach((of, point) => { if (of === group && explorer.states[point]) found.push(point); });
      explorer.select(found);
    }
    showPairs(total) {
      const {explorer, pairsNote} = this;
      if (this.pairsField) this.pairsField.checked = explorer.isPaired;
      const drawn = explorer.pairsDrawn.length;
      pairsNote.hidden = !explorer.isPaired || drawn === total;
      pairsNote.textContent = `Lines of ${plainNumber(drawn)} of ${counted(total, "pair")}, spread over the rows; select some to see theirs.`;
    }

    // MARK: What is selected
    sidesOf(item) { return ["", "x", "y", "both"][this.explorer.selected.bits[item]]; }
    get csv() {
      const {points, explorer} = this;
      const names = ["row", "id", ...(points.labelOf ? ["label"] : []), "side", ...(points.ranks ? ["rank_x_to_y", "rank_y_to_x"] : [])];
      const lines = explorer.items.map(item => [
        item, points.id(item), ...(points.labelOf ? [points.label(item)] : []), this.sidesOf(item),
        ...(points.ranks ? [points.ranks[item], points.ranks[item + points.count]] : []),
      ].map(cell => quoted(String(cell))).join(","));
      return [names.join(","), ...lines, ""].join("\n");
    }
    showSelection() {
      const {explorer, points, selection} = this;
      const {items} = explorer;
      if (!items.length) {
        selection.replaceChildren();
        return explorer.tell("Nothing is selected.");
      }
      const [x, y] = [1, 2].map(bit => explorer.selected.bits.reduce((sum, bits) => sum + ((bits & bit) > 0), 0));
      const sides = points.sides.length > 1 ? ` (points: ${plainNumber(x)} ${points.sides[0]}, ${plainNumber(y)} ${points.sides[1]})` : "";
      const text = `${counted(items.length, this.word)} selected${sides}`;
      explorer.tell(text + ".");
      const heads = [["Row", "n"], ["Id", ""], ...(points.labelOf ? [["Label", ""]] : []), ...(points.sides.length > 1 ? [["Side", ""]] : []),
        ...(points.ranks ? points.sides.map((_, side) => [side ? "Rank y → x" : "Rank x → y", "n"]) : [])];
      const rows = items.slice(0, MOST_ROWS).map(item => [
        String(item), this.idButton(explorer.selected.bits[item] & 1 ? item : item + points.count),
        ...(points.labelOf ? [points.label(item)] : []), ...(points.sides.length > 1 ? [this.sidesOf(item)] : []),
        ...(points.ranks ? [0, 1].map(side => plainNumber(points.ranks[item + side * points.count])) : []),
      ]);
      const rest = items.length > MOST_ROWS
        ? [element("p", `The first ${MOST_ROWS} of ${plainNumber(items.length)}; the CSV file has all.`, {className: "note"})] : [];
      const told = element("output", "");
      selection.replaceChildren(element("h3", text), this.group("Export",
        this.button("Save as CSV", () => saveAs("selected-ids.csv", this.csv)),
        this.button("Copy as CSV", async () => {
          told.textContent = await copy(this.csv) ? items.length + " rows copied" : "this browser does not let pages copy";
        }), told), ...rest, tableOf("Selected", heads, rows));
    }
    idButton(point) {
      const item = this.explorer.item(point);
      const button = this.button("", () => this.explorer.choose(point), `Neighbours of ${this.points.id(item) || "row " + item}`);
      button.className = "id";
      button.append(element("bdi", this.points.id(item) || "row " + item));
      return button;
    }

    // MARK: Neighbours
    showNeighbours() {
      const {explorer, points, neighbours} = this;
      const {current: point} = explorer;
      if (point < 0) return neighbours.replaceChildren();
      const item = explorer.item(point);
      const title = element("h3", "");
      title.append(element("bdi", points.id(item) || "row " + item));
      const about = [explorer.sideName(point), "row " + item, ...(points.labelOf ? [points.label(item) || "(no label)"] : []),
        ...(points.ranks ? [explorer.rankText(point)] : [])].join("; ");
      const parts = [title, element("p", about, {dir: "auto"})];
      if (!points.neighbours) parts.push(element("p", "The page has no neighbours.", {className: "note"}));
      else for (const isOwn of points.sides.length > 1 ? [false, true] : [true]) parts.push(...this.neighbourTable(point, isOwn));
      neighbours.replaceChildren(...parts);
      explorer.tell(`${points.id(item)}: ${points.neighbours ? "its neighbours are listed" : about}.`);
    }
    neighbourTable(point, isOwn) {
      const {explorer, points} = this;
      const side = points.sideOf(point);
      const name = `Nearest ${points.sides[isOwn ? side : 1 - side]} in the original space`;
      const near = points.near(point, isOwn);
      const rows = near.map(({point: other, item, cosine}, place) => {
        const cell = element("span", "");
        cell.append(this.idButton(other), ...(!isOwn && item === explorer.item(point) ? [" ", element("strong", "partner")] : []));
        return [String(place + 1), cell, ...(points.labelOf ? [points.label(item)] : []), cosine.toFixed(4)];
      });
      const heads = [["#", "n"], ["Id", ""], ...(points.labelOf ? [["Label", ""]] : []), ["Cosine", "n"]];
      return [element("h4", name), near.length ? tableOf(name, heads, rows) : element("p", "None.")];
    }
  }
  """#
