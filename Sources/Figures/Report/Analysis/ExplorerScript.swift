/// What is selected, hovered and coloured in all views at once, and when they are drawn.
let explorerScript: HTML = #"""

  const greatestDivisor = (a, b) => b ? greatestDivisor(b, a % b) : a;
  // About the golden ratio of the count, and without a common divisor: each item has its turn, neighbours far apart.
  const strideOf = count => {
    let stride = Math.max(1, Math.round(count * 0.618));
    while (greatestDivisor(stride, count) > 1) stride += 1;
    return stride;
  };

  // Points of the last group, which is of all others, lie under those of groups with a name.
  const [HIDDEN, UNDER, PLAIN, SELECTED] = [0, 1, 2, 3];

  class Explorer {
    constructor(root, points) {
      Object.assign(this, {root, points, hovered: -1, current: -1, tool: "lasso", isPaired: false});
      this.shown = points.sides.map(() => true);
      this.selected = {bits: new Uint8Array(points.count), size: 0};
      this.order = this.drawingOrder();
      this.dirty = new Map();
      this.plots = points.views.map(view => new ScatterPlot(this, view));
      this.dark = matchMedia("(prefers-color-scheme: dark)");
      this.paper = matchMedia("print");
      // At once, since paper does not wait for a frame.
      for (const media of [this.dark, this.paper])
        media.addEventListener("change", () => { this.setColors(); this.draw(); });
      this.panels = new ExplorerPanels(this);
      for (const plot of this.plots) {
        followPointers(plot);
        followKeys(plot);
        new ResizeObserver(() => plot.resize()).observe(plot.box);
      }
      this.setGrouping(points.sides.length > 1 || !points.labels ? "sides" : "labels");
    }
    // Both sides of a pair in turn, in an order that no sorting of the rows shows: neither side lies over the other.
    drawingOrder() {
      const {count, pointCount, sides} = this.points;
      const stride = strideOf(count);
      const order = new Uint32Array(pointCount);
      for (let turn = 0, item = 0; turn < pointCount; item = (item + stride) % count)
        for (let side = 0; side < sides.length; side++) order[turn++] = item + side * count;
      return order;
    }
    setStates() {
      const {points: {count, pointCount}, shown, selected: {bits}, groups, others} = this;
      this.states ??= new Uint8Array(pointCount);
      for (let point = 0; point < pointCount; point++) {
        const side = point < count ? 0 : 1;
        this.states[point] = !shown[side] ? HIDDEN : bits[point - side * count] >> side & 1 ? SELECTED
          : groups[point] === others ? UNDER : PLAIN;
      }
    }
    get theme() { return this.dark.matches && !this.paper.matches ? "dark" : "light"; }
    color(name) { return this.colors[name]; }
    setGrouping(name) {
      this.grouping = name;
      Object.assign(this, {others: -1}, GROUPINGS[name](this.points));
      this.setStates();
      this.setColors();
    }
    setColors() {
      const style = getComputedStyle(document.documentElement);
      const long = color => color.length === 4 ? "#" + [...color.slice(1)].map(digit => digit + digit).join("") : color;
      this.colors = Object.fromEntries(["back", "text", "quiet"].map(name => [name, long(style.getPropertyValue("--" + name).trim())]));
      const hues = HUES[this.theme][this.grouping];
      // The last colour is that of all others.
      this.swatches = this.names.map((_, group) => hues[Math.min(group, hues.length - 1)]);
      this.hues = Uint32Array.from(this.swatches, pixelOf);
      this.panels.showLegend();
      this.redrawAll();
    }
    redraw(plot, isTopAlone = false) {
      if (!this.dirty.size) requestAnimationFrame(() => this.draw());
      this.dirty.set(plot, (this.dirty.get(plot) ?? false) || !isTopAlone);
    }
    redrawAll(isTopAlone = false) { for (const plot of this.plots) this.redraw(plot, isTopAlone); }
    draw() {
      const dirty = [...this.dirty];
      this.dirty.clear();
      for (const [plot, isWhole] of dirty) {
        if (!plot.width) continue;
        if (isWhole) plot.drawBase(!plot.isMoving);
        plot.drawTop();
      }
    }

    item(point) { return point < this.points.count ? point : point - this.points.count; }
    get items() { return [...this.selected.bits.keys()].filter(item => this.selected.bits[item]); }
    select(found, isAdded = false) {
      const {count} = this.points;
      if (!isAdded) this.selected.bits.fill(0);
      for (const point of found) this.selected.bits[point < count ? point : point - count] |= point < count ? 1 : 2;
      this.selected.size = this.selected.bits.reduce((sum, bits) => sum + (bits > 0), 0);
      this.setStates();
      this.choosePairs();
      this.panels.showSelection();
      this.redrawAll();
    }
    clear() { this.select([]); }
    selectItems(items) {
      const sides = this.shown.flatMap((isShown, side) => isShown ? [side] : []);
      this.select(items.flatMap(item => sides.map(side => item + side * this.points.count)));
    }
    hover(plot, point, at) {
      if (point >= 0 || this.hovered >= 0) plot.showTip(point, ...at);
      plot.box.classList.toggle("over", point >= 0);
      if (point === this.hovered) return;
      this.hovered = point;
      this.redrawAll(true);
    }
    choose(point) {
      this.current = point;
      this.panels.showNeighbours();
      this.redrawAll(true);
    }
    setShown(side, isShown) {
      this.shown[side] = isShown;
      this.setStates();
      this.panels.showLegend();
      this.redrawAll();
    }
    setPaired(isPaired) {
      this.isPaired = isPaired && this.points.sides.length > 1;
      this.choosePairs();
      this.redrawAll();
    }
    // Of the selected pairs, or of all; spread over the rows where there are more than can be drawn in a frame.
    choosePairs() {
      const {count} = this.points;
      const all = !this.isPaired ? [] : this.selected.size ? this.items : null;
      const total = all ? all.length : count;
      const stride = total ? strideOf(total) : 1;
      this.pairsDrawn = Array.from({length: Math.min(MOST_LINES, total)},
        (_, turn) => { const place = turn * stride % total; return all ? all[place] : place; });
      this.panels.showPairs(total);
    }
    tell(text) { this.panels.status.textContent = text; }
    sideName(point) { return this.points.sides[this.points.sideOf(point)]; }
    // What is known of a point, as lines for its tip.
    lines(point) {
      const {points} = this;
      const item = this.item(point);
      const texts = [[points.id(item), "id"], [this.sideName(point) + ", row " + item, ""]];
      if (points.labelOf) texts.push([points.label(item) || "(no label)", ""]);
      if (points.ranks) texts.push([this.rankText(point), ""]);
      return texts.map(([text, className]) => element("div", text, {className, dir: "auto"}));
    }
    rankText(point) { return `partner at rank ${plainNumber(this.points.ranks[point])} of ${plainNumber(this.points.count)}`; }
  }
  const explorerRoot = document.getElementById("explorer");
  const explorerPoints = explorerRoot && readPoints();
  const explorer = explorerPoints && new Explorer(explorerRoot, explorerPoints);
  """#
