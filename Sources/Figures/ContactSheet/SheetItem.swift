/// A picture of bytes: red, green and blue, row by row from the top left.
package struct SheetPicture: Sendable, Equatable {
  package let width: Int
  package let height: Int
  /// `3 × width × height`.
  package let pixels: [UInt8]

  package init(width: Int, height: Int, pixels: [UInt8]) {
    self.width = width
    self.height = height
    self.pixels = pixels
  }
}

/// What a contact sheet shows of one item of a data set.
package struct SheetItem: Sendable {
  /// Stands above the texts, in grey: the item's number and class.
  package let title: String
  /// A picture, or the frames of a clip; may be empty.
  package let pictures: [SheetPicture]
  package let texts: [String]

  package init(title: String, pictures: [SheetPicture], texts: [String]) {
    self.title = title
    self.pictures = pictures
    self.texts = texts
  }
}

extension SheetPicture {
  /// As large as a sheet shows it: a clip's frames smaller than a single picture. Fitting twice changes nothing.
  package func fitted(frames: Int) -> SheetPicture {
    frames > 1 ? fitted(atLeast: 96, most: 160) : fitted(atLeast: 160, most: 320)
  }

  /// Enlarged by a whole factor where it is small, each pixel a square; made smaller by one where it is large,
  /// each pixel the mean of a square: no side longer than `most`.
  func fitted(atLeast least: Int, most: Int) -> SheetPicture {
    let side = max(width, height, 1)
    if side > most { return shrunk((side + most - 1) / most) }
    return enlarged(max(1, min(most / side, (least + side - 1) / side)))
  }

  private func enlarged(_ factor: Int) -> SheetPicture {
    guard factor > 1 else { return self }
    var out: [UInt8] = []
    out.reserveCapacity(pixels.count * factor * factor)
    for y in 0..<height * factor {
      for x in 0..<width * factor {
        let place = 3 * (y / factor * width + x / factor)
        out += pixels[place..<place + 3]
      }
    }
    return SheetPicture(width: width * factor, height: height * factor, pixels: out)
  }

  private func shrunk(_ factor: Int) -> SheetPicture {
    let (columns, rows) = ((width + factor - 1) / factor, (height + factor - 1) / factor)
    var out: [UInt8] = []
    out.reserveCapacity(3 * columns * rows)
    for row in 0..<rows {
      for column in 0..<columns {
        for channel in 0..<3 { out.append(mean(column, row, channel, factor)) }
      }
    }
    return SheetPicture(width: columns, height: rows, pixels: out)
  }

  private func mean(_ column: Int, _ row: Int, _ channel: Int, _ factor: Int) -> UInt8 {
    var (sum, count) = (0, 0)
    for y in row * factor..<min(height, (row + 1) * factor) {
      for x in column * factor..<min(width, (column + 1) * factor) {
        sum += Int(pixels[3 * (y * width + x) + channel])
        count += 1
      }
    }
    return UInt8((sum + count / 2) / max(1, count))
  }
}
