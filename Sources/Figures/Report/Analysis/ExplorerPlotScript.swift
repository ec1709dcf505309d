/// One view of the points: its place and scale, and its two canvases.
let explorerPlotScript: HTML = #"""

  const MOST_LINES = 5000;
  const FARTHEST_ZOOM = 24;
  // Milliseconds that drawing may take of a frame while a view moves, and how long it has to rest for all points.
  const [FRAME, REST] = [10, 150];

  class ScatterPlot {
    constructor(explorer, view) {
      Object.assign(this, {explorer, view, points: explorer.points, path: null, frame: null});
      this.box = element("div", "", {className: "plane", tabIndex: 0});
      this.box.setAttribute("role", "application");
      this.box.setAttribute("aria-roledescription", "scatter plot");
      this.box.setAttribute("aria-label", `${view.name}: ${view.axes.join(" and ")}`);
      this.box.setAttribute("aria-describedby", "explorer-keys");
      [this.base, this.top] = [0, 1].map(() => element("canvas", ""));
      this.tip = element("div", "", {className: "tip", hidden: true});
      this.box.append(this.base, this.top, this.tip);
    }
    // What the window is: called when the size of the box may have changed.
    resize() {
      const {clientWidth: width, clientHeight: height} = this.box;
      if (!width || !height) return;
      const ratio = Math.min(2, devicePixelRatio || 1);
      if (this.width === width && this.height === height && this.ratio === ratio) return;
      const isFirst = !this.width;
      Object.assign(this, {width, height, ratio});
      for (const canvas of [this.base, this.top])
        Object.assign(canvas, {width: Math.round(width * ratio), height: Math.round(height * ratio)});
      this.image = new ImageData(this.base.width, this.base.height);
      this.pixels = new Uint32Array(this.image.data.buffer);
      if (isFirst) {
        this.reset();
        requestIdleCallback(() => this.grid);
      }
      this.explorer.redraw(this);
    }
    reset() {
      const {low, high} = this.view;
      const spans = [0, 1].map(axis => (high[axis] - low[axis]) || (Math.abs(low[axis]) || 1) / 1e3);
      // Both axes have one scale, so that distances are what they are in the plane.
      this.fit = Math.min((this.width - 80) / spans[0], (this.height - 70) / spans[1]);
      this.scale = this.fit;
      this.centre = [0, 1].map(axis => (low[axis] + high[axis]) / 2);
      this.explorer.redraw(this);
    }
    get middle() { return [this.width / 2 + 16, this.height / 2 - 10]; }
    toScreen(x, y) {
      const [left, top] = this.middle;
      return [left + (x - this.centre[0]) * this.scale, top - (y - this.centre[1]) * this.scale];
    }
    toData(left, top) {
      const [x, y] = this.middle;
      return [this.centre[0] + (left - x) / this.scale, this.centre[1] - (top - y) / this.scale];
    }
    pan(right, down) {
      this.centre = [this.centre[0] - right / this.scale, this.centre[1] + down / this.scale];
      this.move();
    }
    zoom(times, at = this.middle) {
      const [x, y] = this.toData(...at);
      this.scale = Math.min(this.fit * FARTHEST_ZOOM, Math.max(this.fit / 4, this.scale * times));
      const [newX, newY] = this.toData(...at);
      this.centre = [this.centre[0] + x - newX, this.centre[1] + y - newY];
      this.move();
    }
    move() {
      clearTimeout(this.rest);
      this.isMoving = true;
      this.rest = setTimeout(() => { this.isMoving = false; this.explorer.redraw(this); }, REST);
      this.explorer.redraw(this);
    }
    // Coordinates one after the other as they are drawn, which is faster to read.
    get ordered() {
      return this.madeOrder ??= [this.view.x, this.view.y].map(values => Float32Array.from(this.explorer.order, point => values[point]));
    }
    get grid() { return this.madeGrid ??= gridOf(this.view); }
    nearest(left, top, reach) {
      const [x, y] = this.toData(left, top);
      const far = reach / this.scale;
      let [best, least] = [-1, far * far];
      this.grid.visit(x - far, y - far, x + far, y + far, point => {
        const distance = (this.view.x[point] - x) ** 2 + (this.view.y[point] - y) ** 2;
        if (distance < least && this.explorer.states[point]) [best, least] = [point, distance];
      });
      return best;
    }
    // Points in a polygon of the screen, by the rule of even and odd.
    inside(path) {
      const corners = path.map(([left, top]) => this.toData(left, top));
      const [xs, ys] = [0, 1].map(axis => corners.map(corner => corner[axis]));
      const [least, most] = [Math.min, Math.max].map(of => [xs, ys].map(values => of(...values)));
      const found = [];
      this.grid.visit(...least, ...most, point => {
        if (this.explorer.states[point] && isInside(corners, this.view.x[point], this.view.y[point])) found.push(point);
      });
      return found;
    }

    // The first of the points are a fair sample of all: as many are drawn as a frame has time for, all when it rests.
    drawBase(isWhole = true) {
      const {explorer, pixels, points, ratio} = this;
      const start = performance.now();
      const most = isWhole ? Infinity : Math.max(4000, this.perFrame ?? Infinity);
      pixels.fill(pixelOf(explorer.color("back")));
      if (explorer.isPaired) this.drawPairs();
      const size = points.pointCount;
      const radius = ratio * (size < 500 ? 4 : size < 5000 ? 3 : size < 40000 ? 2 : 1.1);
      const hasSelection = explorer.selected.size > 0;
      const opacity = hasSelection ? 70 : size < 5000 ? 230 : 190;
      let drawn = explorer.others < 0 ? 0 : this.drawPoints(radius, opacity / 2, UNDER, most);
      drawn += this.drawPoints(radius, opacity, PLAIN, most);
      if (hasSelection) drawn += this.drawPoints(radius + ratio, 256, SELECTED, most);
      const context = this.base.getContext("2d", {willReadFrequently: true});
      context.putImageData(this.image, 0, 0);
      this.drawAxes(context);
      this.perFrame = drawn / Math.max(0.1, performance.now() - start) * FRAME;
    }
    drawPoints(radius, opacity, wanted, most) {
      const {explorer: {order, states, groups, hues}, pixels, points, ordered: [x, y], base: {width, height}} = this;
      const stamps = points.sides.map((_, side) => stampOf(radius, side > 0, width, opacity));
      const {reach} = stamps[0];
      const [left, top] = this.toScreen(0, 0).map(place => place * this.ratio);
      const scale = this.scale * this.ratio;
      const [far, low, end] = [width - reach, height - reach, Math.min(order.length, most)];
      for (let turn = 0; turn < end; turn++) {
        const point = order[turn];
        if (states[point] !== wanted) continue;
        const column = left + x[turn] * scale;
        const row = top - y[turn] * scale;
        if (!(column >= reach && column < far && row >= reach && row < low)) continue;
        const {offsets, shares} = stamps[point < points.count ? 0 : 1];
        const color = hues[groups[point]];
        const at = (row | 0) * width + (column | 0);
        for (let part = 0; part < offsets.length; part++)
          blend(pixels, at + offsets[part], color, shares[part]);
      }
      return end;
    }
    drawPairs() {
      const {explorer, pixels, points, view: {x, y}, ratio, base: {width, height}} = this;
      const color = pixelOf(explorer.color("quiet"));
      for (const item of explorer.pairsDrawn) {
        const [left, top] = this.toScreen(x[item], y[item]);
        const [right, bottom] = this.toScreen(x[item + points.count], y[item + points.count]);
        if (Number.isNaN(left + right)) continue;
        drawLine(pixels, width, height, left * ratio, top * ratio, right * ratio, bottom * ratio, color, 90);
      }
    }
    drawAxes(context) {
      const {explorer, width, height, ratio} = this;
      const [left, bottom] = [48, height - 34];
      context.setTransform(ratio, 0, 0, ratio, 0, 0);
      context.fillStyle = explorer.color("back");
      context.fillRect(0, 0, left, height);
      context.fillRect(0, bottom, width, height - bottom);
      context.strokeStyle = context.fillStyle = explorer.color("quiet");
      context.lineWidth = 1;
      context.font = "12px system-ui, sans-serif";
      context.strokeRect(left - 0.5, -1, width + 2, bottom + 1.5);
      const [low, high] = [this.toData(left, bottom), this.toData(width, 0)];
      context.textAlign = "center";
      for (const [value, text] of ticksOf(low[0], high[0], this.scale, 70)) {
        const place = this.toScreen(value, 0)[0];
        context.fillRect(place, bottom, 1, 4);
        if (place > left + 12 && place < width - 14) context.fillText(text, place, bottom + 15);
      }
      context.textAlign = "right";
      for (const [value, text] of ticksOf(low[1], high[1], this.scale, 44)) {
        const place = this.toScreen(0, value)[1];
        context.fillRect(left - 4, place, 4, 1);
        if (place > 10 && place < bottom - 6) context.fillText(text, left - 6, place + 4);
      }
      context.fillStyle = explorer.color("text");
      context.textAlign = "center";
      context.fillText(this.view.axes[0], (left + width) / 2, height - 4, width - left);
      context.translate(11, bottom / 2);
      context.rotate(-Math.PI / 2);
      context.fillText(this.view.axes[1], 0, 0, bottom);
    }

    drawTop() {
      const {explorer, width, height, ratio} = this;
      const context = this.top.getContext("2d");
      context.setTransform(ratio, 0, 0, ratio, 0, 0);
      context.clearRect(0, 0, width, height);
      context.strokeStyle = context.fillStyle = explorer.color("text");
      context.lineWidth = 1.5;
      this.drawNeighbours(context);
      if (explorer.hovered >= 0) this.ring(context, explorer.hovered, 7);
      const outline = this.path ?? (this.frame && this.corners(this.frame));
      if (outline) {
        context.setLineDash([5, 3]);
        context.beginPath();
        for (const place of outline) context.lineTo(...place);
        context.closePath();
        context.stroke();
        context.globalAlpha = 0.08;
        context.fill();
        context.globalAlpha = 1;
        context.setLineDash([]);
      }
      if (this.box.matches(":focus-visible") && !this.frame) {
        const [left, top] = this.middle;
        context.fillRect(left - 7, top - 0.5, 14, 1);
        context.fillRect(left - 0.5, top - 7, 1, 14);
      }
    }
    drawNeighbours(context) {
      const {explorer: {current}, points, view: {x, y}} = this;
      if (current < 0) return;
      this.ring(context, current, 9);
      if (!points.neighbours || Number.isNaN(x[current])) return;
      const from = this.toScreen(x[current], y[current]);
      for (const [isOwn, dash] of [[true, []], [false, [2, 3]]]) {
        if (!isOwn && points.sides.length < 2) continue;
        context.setLineDash(dash);
        for (const {point} of points.near(current, isOwn)) {
          if (Number.isNaN(x[point])) continue;
          context.beginPath();
          context.moveTo(...from);
          context.lineTo(...this.toScreen(x[point], y[point]));
          context.stroke();
          this.ring(context, point, 5);
        }
      }
      context.setLineDash([]);
    }
    ring(context, point, radius) {
      const [left, top] = this.toScreen(this.view.x[point], this.view.y[point]);
      if (Number.isNaN(left)) return;
      context.beginPath();
      context.arc(left, top, radius, 0, 2 * Math.PI);
      context.stroke();
    }
    corners([left, top, right, bottom]) { return [[left, top], [right, top], [right, bottom], [left, bottom]]; }
    showTip(point, left, top) {
      this.tip.hidden = point < 0;
      if (point < 0) return;
      this.tip.replaceChildren(...this.explorer.lines(point));
      const room = [this.width - this.tip.offsetWidth, this.height - this.tip.offsetHeight];
      this.tip.style.left = Math.max(0, Math.min(room[0], left + 14)) + "px";
      this.tip.style.top = Math.max(0, Math.min(room[1], top + 14)) + "px";
    }
  }
  """#
