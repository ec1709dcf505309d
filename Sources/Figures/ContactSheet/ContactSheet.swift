/// Items of a data set beside each other on one page: pictures, and below each what it is called.
///
/// The pictures lie in one raster, which gnuplot puts on the page pixel by pixel, with the texts above it.
package struct ContactSheet {
  struct Label: Equatable {
    let x: Int
    /// The middle of the line.
    let y: Int
    let text: String
    let isGrey: Bool
  }

  struct Placed: Equatable {
    let x: Int
    let y: Int
    let picture: SheetPicture
  }

  package private(set) var width = 0
  package private(set) var height = 0
  private(set) var labels: [Label] = []
  private(set) var pictures: [Placed] = []
  /// Characters that no installed font has.
  package private(set) var missing: Set<Unicode.Scalar> = []

  private static let pageWidth = 1400
  private static let margin = 16
  private static let gap = 20
  private static let frameGap = 4
  private static let textWidth = 640
  private static let leastWidth = 208
  private static let mostLines = 14

  package init(heading: [String], items: [SheetItem], fonts: FontCoverage) {
    var text = SheetText(fonts)
    let fitted = items.map { item in item.pictures.map { $0.fitted(frames: item.pictures.count) } }
    let cell = Self.cellWidth(fitted)
    let columns = Self.columns(items.count, cell: cell)
    width = max(560, 2 * Self.margin + columns * cell + (columns - 1) * Self.gap)
    height = Self.margin
    for line in heading {
      add(text.wrapped(line, width: width - 2 * Self.margin, lines: 4), x: Self.margin, isGrey: false)
    }
    for start in stride(from: 0, to: items.count, by: columns) {
      height += Self.gap / 2
      let top = height
      var bottom = top
      for place in start..<min(items.count, start + columns) {
        height = top
        let x = Self.margin + (place - start) * (cell + Self.gap)
        put(fitted[place], x: x)
        add(text.wrapped(items[place].title, width: cell, lines: 2), x: x, isGrey: true)
        for line in items[place].texts {
          add(text.wrapped(line, width: cell, lines: Self.mostLines), x: x, isGrey: false)
        }
        bottom = max(bottom, height)
      }
      height = bottom
    }
    height += Self.margin
    missing = text.missing
  }

  private static func cellWidth(_ pictures: [[SheetPicture]]) -> Int {
    let widest =
      pictures.map { frames in
        frames.reduce(0) { $0 + $1.width } + max(0, frames.count - 1) * frameGap
      }.max() ?? 0
    return widest == 0 ? textWidth : max(leastWidth, widest)
  }

  /// As many as fit, but no more than fill the rows evenly.
  private static func columns(_ count: Int, cell: Int) -> Int {
    let most = max(1, (pageWidth - 2 * margin + gap) / (cell + gap))
    let rows = max(1, (count + most - 1) / most)
    return max(1, (count + rows - 1) / rows)
  }

  private mutating func put(_ frames: [SheetPicture], x: Int) {
    var x = x
    for frame in frames {
      pictures.append(Placed(x: x, y: height, picture: frame))
      x += frame.width + Self.frameGap
    }
    if let tallest = frames.map(\.height).max() { height += tallest + 4 }
  }

  private mutating func add(_ lines: [String], x: Int, isGrey: Bool) {
    for line in lines {
      labels.append(Label(x: x, y: height + SheetText.lineHeight / 2, text: line, isGrey: isGrey))
      height += SheetText.lineHeight
    }
  }
}

// MARK: - What gnuplot is given

extension ContactSheet {
  /// `width × height` pixels of three bytes: the pictures on white, each with a grey line around it.
  func raster() -> [UInt8] {
    var page = [UInt8](repeating: 255, count: 3 * width * height)
    func set(_ x: Int, _ y: Int, _ color: ArraySlice<UInt8>) {
      guard (0..<width).contains(x), (0..<height).contains(y) else { return }
      page.replaceSubrange(3 * (y * width + x)..<3 * (y * width + x) + 3, with: color)
    }
    for placed in pictures {
      let (w, h) = (placed.picture.width, placed.picture.height)
      for x in -1...w {
        for y in [-1, h] { set(placed.x + x, placed.y + y, Self.frame) }
      }
      for y in 0..<h {
        for x in [-1, w] { set(placed.x + x, placed.y + y, Self.frame) }
        let start = 3 * ((placed.y + y) * width + placed.x)
        page.replaceSubrange(start..<start + 3 * w, with: placed.picture.pixels[3 * y * w..<3 * (y + 1) * w])
      }
    }
    return page
  }

  private static let frame: ArraySlice<UInt8> = [0xC8, 0xC8, 0xC8]

  /// Draws `sheet.png` from `sheet.rgb`.
  ///
  /// The terminal counts twentieths of a pixel, one less than there are: with ranges of whole pixels it would
  /// leave out a line of a tall page. Seen with gnuplot 5.4: so every pixel but those at the page's edge is its own.
  func script() -> GnuplotScript {
    let head: [GnuplotCode] = [
      "set encoding utf8",
      "set terminal pngcairo size \(width),\(height) font \"DejaVu Sans Mono,\(SheetText.size)\" noenhanced background \"#ffffff\"",
      "set output 'sheet.png'", "set margins 0,0,0,0", "unset border", "unset tics", "unset key",
      "set xrange [-0.5:\(width - 1).45]", "set yrange [\(height - 1).45:-0.45]",
    ]
    let texts = labels.enumerated().map { number, label -> GnuplotCode in
      let colour = Colour(label.isGrey ? 0x777777 : 0)
      return
        "set label \(number + 1) \(label.text) at \(label.x),\(label.y) left front textcolor rgb \(colour)"
    }
    let plot: [GnuplotCode] = [
      "plot 'sheet.rgb' binary array=(\(width),\(height)) format='%uchar' with rgbimage"
    ]
    return GnuplotScript(
      name: "sheet", code: (head + texts + plot).joined(separator: "\n") + "\n", formats: [.png])
  }
}
