/// Reads the points out of the page's blocks (`PointBlocks`), and groups them for their colours.
let explorerDataScript: HTML = #"""

  const pointBlock = name => {
    const holder = document.getElementById("points-" + name);
    if (!holder) return null;
    const text = atob(holder.content.textContent);
    holder.remove();
    const bytes = new Uint8Array(text.length);
    for (let at = 0; at < text.length; at++) bytes[at] = text.charCodeAt(at);
    return bytes;
  };
  const textColumn = (bytes, count) => {
    const ends = new Uint32Array(bytes.buffer, 0, count);
    const texts = bytes.subarray(4 * count);
    const decoder = new TextDecoder("utf-8", {ignoreBOM: true});
    return index => decoder.decode(texts.subarray(index ? ends[index - 1] : 0, ends[index]));
  };
  const [MISSING, NO_ITEM] = [0xffff, 0xffffff];
  const readView = (head, index, pointCount) => {
    const cells = new Uint16Array(pointBlock("view-" + index).buffer);
    const {name, axes, low, step} = head;
    const [x, y] = [new Float32Array(pointCount), new Float32Array(pointCount)];
    const high = [...low];
    for (let point = 0; point < pointCount; point++) {
      const [column, row] = [cells[2 * point], cells[2 * point + 1]];
      const isThere = column !== MISSING && row !== MISSING;
      x[point] = isThere ? low[0] + step[0] * column : NaN;
      y[point] = isThere ? low[1] + step[1] * row : NaN;
      if (isThere) {
        high[0] = Math.max(high[0], x[point]);
        high[1] = Math.max(high[1], y[point]);
      }
    }
    return {name, axes, low, high, x, y};
  };
  const readPoints = () => {
    const headBytes = pointBlock("head");
    if (!headBytes) return null;
    const head = JSON.parse(new TextDecoder().decode(headBytes));
    const {count, sides, neighbours} = head;
    const words = (name, type) => { const bytes = pointBlock(name); return bytes && new type(bytes.buffer); };
    const points = {
      count, sides, pointCount: count * sides.length, neighbours,
      views: head.views.map((view, index) => readView(view, index, count * sides.length)),
      id: textColumn(pointBlock("ids"), count), ranks: words("ranks", Uint32Array),
      labelOf: words("label-of", Uint32Array), nearItems: pointBlock("near-items"),
      nearCosines: words("near-cosines", Uint16Array),
    };
    if (points.labelOf) {
      const name = textColumn(pointBlock("labels"), head.labels);
      points.labels = Array.from({length: head.labels}, (_, index) => name(index));
    }
    points.sideOf = point => point < count ? 0 : 1;
    points.label = item => points.labelOf ? points.labels[points.labelOf[item]] : "";
    points.near = (point, isOwn) => {
      const [size, side] = [neighbours, points.sideOf(point)];
      const start = ((side * sides.length + (isOwn ? 0 : 1)) * count + point - side * count) * size;
      const [low, step] = head.cosines;
      return Array.from({length: size}, (_, place) => {
        const [first, second, third] = points.nearItems.subarray(3 * (start + place));
        const item = first | second << 8 | third << 16;
        return {item, point: (isOwn ? side : 1 - side) * count + item, cosine: low + step * points.nearCosines[start + place]};
      }).filter(near => near.item !== NO_ITEM);
    };
    return points;
  };

  // Contrast of at least 3 to the page, and apart for the three kinds of colour blindness; the last is for all others.
  const HUES = {
    light: {
      labels: ["#3c96ff", "#965a00", "#ff2dc3", "#000069", "#c3872d", "#6900a5", "#0f4b5a", "#781e00", "#3c00ff",
        "#3c0f1e", "#00000f", "#76767c"],
      sides: ["#0a62c4", "#d15a00"],
      ranks: ["#26046d", "#056395", "#3d91fd", "#bc8b09", "#845301", "#571602"],
    },
    dark: {
      labels: ["#5a96ff", "#e1b400", "#d20000", "#d2fff0", "#963ca5", "#00785a", "#4be1ff", "#c38700", "#872dff",
        "#f0e187", "#a5c3a5", "#8a8c94"],
      sides: ["#6cb4ff", "#ff9a4d"],
      ranks: ["#fffeeb", "#b1fc14", "#1feea6", "#09bbde", "#1595bc", "#454bfc"],
    },
  };
  const RANK_STARTS = [1, 2, 6, 11, 101, 1001];
  const plainNumber = value => value.toLocaleString("en");
  const rankNames = count => {
    const starts = RANK_STARTS.filter(start => start <= count);
    return starts.map((start, index) => {
      const end = index + 1 < starts.length ? starts[index + 1] - 1 : Infinity;
      return end === start ? plainNumber(start)
        : end === Infinity ? (start === count ? plainNumber(start) : "≥ " + plainNumber(start))
        : plainNumber(start) + "–" + plainNumber(end);
    });
  };
  // Names of the groups and the group of each point.
  const GROUPINGS = {
    sides: points => ({
      names: points.sides,
      groups: Uint8Array.from({length: points.pointCount}, (_, point) => points.sideOf(point)),
    }),
    labels: points => {
      const sizes = new Uint32Array(points.labels.length);
      for (const label of points.labelOf) sizes[label] += 1;
      const ranked = [...sizes.keys()].sort((a, b) => sizes[b] - sizes[a] || a - b);
      const most = HUES.light.labels.length;
      const shown = ranked.length > most ? ranked.slice(0, most - 1) : ranked;
      const groupOf = new Uint8Array(ranked.length).fill(most - 1);
      shown.forEach((label, group) => { groupOf[label] = group; });
      const names = shown.map(label => points.labels[label] || "(no label)");
      const hasOthers = shown.length < ranked.length;
      if (hasOthers) names.push("other: " + plainNumber(ranked.length - shown.length) + " labels");
      const groups = new Uint8Array(points.pointCount);
      for (let point = 0; point < groups.length; point++) groups[point] = groupOf[points.labelOf[point % points.count]];
      return {names, groups, others: hasOthers ? most - 1 : -1};
    },
    ranks: points => ({
      names: rankNames(points.count).map(name => "rank " + name),
      groups: Uint8Array.from(points.ranks, rank => RANK_STARTS.findLastIndex(start => start <= rank)),
    }),
  };
  """#
