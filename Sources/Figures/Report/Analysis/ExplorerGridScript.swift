/// Finds the points of a view by their places.
let explorerGridScript: HTML = #"""

  // Points by the cells of a grid over the view, each point once.
  const gridOf = ({low, high, x, y}) => {
    const size = Math.min(512, Math.max(1, Math.ceil(Math.sqrt(x.length / 8))));
    const [wide, tall] = [0, 1].map(axis => size / ((high[axis] - low[axis]) || 1));
    const within = place => Math.min(size - 1, Math.max(0, Math.floor(place)));
    const column = value => within((value - low[0]) * wide);
    const row = value => within((value - low[1]) * tall);
    const starts = new Uint32Array(size * size + 1);
    const cells = Int32Array.from(x, (value, point) => Number.isNaN(value) ? -1 : row(y[point]) * size + column(value));
    for (const cell of cells) if (cell >= 0) starts[cell + 1] += 1;
    for (let cell = 0; cell < size * size; cell++) starts[cell + 1] += starts[cell];
    const [free, members] = [starts.slice(), new Uint32Array(starts[size * size])];
    cells.forEach((cell, point) => { if (cell >= 0) members[free[cell]++] = point; });
    return {
      visit(left, bottom, right, top, each) {
        for (let at = row(bottom); at <= row(top); at++) {
          const end = starts[at * size + column(right) + 1];
          for (let place = starts[at * size + column(left)]; place < end; place++) each(members[place]);
        }
      },
    };
  };
  const isInside = (corners, x, y) => {
    let inside = false;
    for (let at = 0, before = corners.length - 1; at < corners.length; before = at++) {
      const [[left, bottom], [right, top]] = [corners[at], corners[before]];
      if (bottom > y !== top > y && x < (right - left) * (y - bottom) / (top - bottom) + left) inside = !inside;
    }
    return inside;
  };
  """#
