/// Draws points and lines into an array of pixels: a canvas of its own strokes is too slow for 100,000 of them.
let explorerRasterScript: HTML = #"""

  // A colour as a pixel of ImageData: its bytes are red, green, blue, alpha.
  const pixelOf = color => {
    const [red, green, blue] = [1, 3, 5].map(at => parseInt(color.slice(at, at + 2), 16));
    return (0xff << 24 | blue << 16 | green << 8 | red) >>> 0;
  };
  // Offsets of a disc's or a ring's pixels, and how much of each is drawn over, of 256.
  const stampOf = (radius, isRing, stride, opacity) => {
    const [offsets, shares] = [[], []];
    const reach = Math.ceil(radius + 0.5);
    const band = Math.max(1, radius * 0.4);
    for (let dy = -reach; dy <= reach; dy++) for (let dx = -reach; dx <= reach; dx++) {
      const distance = Math.hypot(dx, dy);
      const outer = Math.min(1, Math.max(0, radius + 0.5 - distance));
      const inner = isRing ? Math.min(1, Math.max(0, distance - (radius - band) + 0.5)) : 1;
      if (outer * inner < 0.2) continue;
      offsets.push(dy * stride + dx);
      shares.push(Math.round(opacity * outer * inner));
    }
    return {offsets: Int32Array.from(offsets), shares: Int32Array.from(shares), reach};
  };
  const blend = (pixels, at, color, share) => {
    const below = pixels[at];
    const [redBlue, green] = [below & 0xff00ff, below & 0x00ff00];
    pixels[at] = 0xff000000
      | (redBlue + (Math.imul((color & 0xff00ff) - redBlue, share) >> 8)) & 0xff00ff
      | (green + (Math.imul((color & 0x00ff00) - green, share) >> 8)) & 0x00ff00;
  };
  // The part of a line inside of the picture, as Liang and Barsky find it; null where none is.
  const clipped = (x, y, dx, dy, width, height) => {
    let [from, to] = [0, 1];
    for (const [speed, room] of [[-dx, x], [dx, width - 1 - x], [-dy, y], [dy, height - 1 - y]]) {
      if (speed === 0) {
        if (room < 0) return null;
      } else if (speed < 0) from = Math.max(from, room / speed);
      else to = Math.min(to, room / speed);
    }
    return from < to ? [from, to] : null;
  };
  const drawLine = (pixels, width, height, x, y, endX, endY, color, opacity) => {
    const [dx, dy] = [endX - x, endY - y];
    const part = clipped(x, y, dx, dy, width, height);
    if (!part) return;
    const steps = Math.ceil(Math.max(Math.abs(dx), Math.abs(dy)) * (part[1] - part[0]));
    if (!(steps > 0)) return;
    const share = (part[1] - part[0]) / steps;
    for (let step = 0; step <= steps; step++) {
      const along = part[0] + step * share;
      const [column, row] = [Math.trunc(x + dx * along), Math.trunc(y + dy * along)];
      if (column >= 0 && column < width && row >= 0 && row < height)
        blend(pixels, row * width + column, color, opacity);
    }
  };
  // Places of marks on an axis: at 1, 2 or 5 times a power of ten, at least `gap` pixels apart.
  const ticksOf = (low, high, scale, gap) => {
    const least = gap / scale;
    const power = 10 ** Math.floor(Math.log10(least));
    const step = [1, 2, 5, 10].map(times => times * power).find(step => step >= least);
    const places = [];
    for (let count = Math.ceil(low / step); count * step <= high && places.length < 50; count++)
      places.push([count * step, String(Number((count * step).toPrecision(6)))]);
    return places;
  };
  """#
