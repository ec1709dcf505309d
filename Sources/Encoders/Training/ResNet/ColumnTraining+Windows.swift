import Kernels

// Windows of the input under output pixels, in and out of a matrix. A line of a window is one run of memory,
// for neighbouring pixels are neighbours.

extension ColumnTraining {
  /// `(pixels, lines · kernel · inputs)`.
  func gather(
    _ x: PixelRows, _ pixels: Range<Int>, _ lines: Range<Int>, into out: FloatSlice
  ) {
    let run = shape.kernel * shape.inputs
    let out = out.pointer(count: pixels.count * lines.count * run)
    forEachLine(x, pixels, lines) { place, inside, skipped, count in
      let target = out + place * run
      guard count < run else { return copy(inside, to: target, run) }
      target.update(repeating: 0, count: run)
      if count > 0 { copy(inside, to: target + skipped, count) }
    }
  }

  /// Adds columns, `(pixels, length)`, to the pixels that they came from.
  func scatter(_ columns: FloatSlice, _ pixels: Range<Int>, into change: PixelRows) {
    let run = shape.kernel * shape.inputs
    let columns = columns.pointer(count: pixels.count * length)
    forEachLine(change, pixels, 0..<shape.kernel) { place, inside, skipped, count in
      if count > 0 { add(columns + place * run + skipped, to: inside, count) }
    }
  }

  /// Calls `body` with each line of each window: its number, where it begins inside of the picture, how many
  /// of its numbers lie before that, and how many inside, which is as far as that place goes.
  @inline(__always)
  private func forEachLine(
    _ x: PixelRows, _ pixels: Range<Int>, _ lines: Range<Int>,
    _ body: (_ place: Int, _ inside: UnsafeMutablePointer<Float>, _ skipped: Int, _ count: Int) -> Void
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
        body(
          place, isInside ? x.pixel(image, y, left + first) : x[0], first * shape.inputs,
          isInside ? (end - first) * shape.inputs : 0)
        place += 1
      }
      pixel += 1
      if pixel == output.area { (image, pixel) = (image + 1, 0) }
    }
  }
}

/// Copies `count` numbers in vectors; the last one overlaps its predecessor.
@inline(__always)
private func copy(_ from: UnsafePointer<Float>, to target: UnsafeMutablePointer<Float>, _ count: Int) {
  guard count >= 16 else {
    for index in 0..<count { target[index] = from[index] }
    return
  }
  for start in stride(from: 0, to: count - 15, by: 16) { store(load(from + start), to: target + start) }
  store(load(from + count - 16), to: target + count - 16)
}
