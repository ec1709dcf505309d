import Execution
import Kernels

// Windows of the input under output pixels, in and out of a matrix. A line of a window is one run of memory,
// for neighbouring pixels are neighbours.

extension ColumnTraining {
  /// `(pixels, lines · kernel · inputs)`.
  func gather(
    _ x: PixelRows, _ pixels: Range<Int>, _ lines: Range<Int>, into out: FloatSlice
  ) {
    let run = shape.kernel * shape.inputs
    let out = out[0..<pixels.count * lines.count * run]
    forEachLine(x, pixels, lines) { place, inside, skipped in
      let target = out.unchecked(from: place * run, count: run)
      guard inside.count < run else { return copy(inside, to: target) }
      target.fill(0)
      copy(inside, to: target.unchecked(from: skipped, count: inside.count))
    }
  }

  /// Adds columns, `(pixels, length)`, to the pixels that they came from.
  func scatter(_ columns: FloatSlice, _ pixels: Range<Int>, into change: PixelRows) {
    let run = shape.kernel * shape.inputs
    let columns = columns[0..<pixels.count * length]
    forEachLine(change, pixels, 0..<shape.kernel) { place, inside, skipped in
      add(columns.unchecked(from: place * run + skipped, count: inside.count), to: inside)
    }
  }

  /// Calls `body` with each line of each window: its number, its part inside of the image, and how many of its
  /// numbers lie before that.
  @inline(__always)
  private func forEachLine(
    _ x: PixelRows, _ pixels: Range<Int>, _ lines: Range<Int>,
    _ body: (_ place: Int, _ inside: FloatSlice, _ skipped: Int) -> Void
  ) {
    guard let last = pixels.last else { return }
    x.require(images: last / output.area + 1)
    var place = 0
    var (image, pixel) = pixels.lowerBound.quotientAndRemainder(dividingBy: output.area)
    for _ in pixels {
      let (row, column) = pixel.quotientAndRemainder(dividingBy: output.width)
      let left = column * shape.stride - shape.padding
      let (first, end) = (max(0, -left), min(shape.kernel, input.width - left))
      for line in lines {
        let y = row * shape.stride + line - shape.padding
        let isInside = y >= 0 && y < input.height
        let inside =
          isInside ? x.run(image, y, left + first, (end - first) * shape.inputs) : x.run(0, 0, 0, 0)
        body(place, inside, first * shape.inputs)
        place += 1
      }
      pixel += 1
      if pixel == output.area { (image, pixel) = (image + 1, 0) }
    }
  }
}

/// Copies all of `from` in vectors; the last one overlaps its predecessor.
@inline(__always)
private func copy(_ from: FloatSlice, to target: FloatSlice) {
  let count = from.count
  guard count >= 16 else {
    for index in 0..<count { target[index] = from[index] }
    return
  }
  for start in stride(from: 0, to: count - 15, by: 16) { target.set(from.lanes(start), start) }
  target.set(from.lanes(count - 16), count - 16)
}
