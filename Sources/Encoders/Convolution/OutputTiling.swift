import Kernels

/// How the rows of a layer's output are cut into matrix products, by the image's size alone.
///
/// A product covers a strip of one large image, or several small images. It always has the rows of all
/// its images, those that are absent from the batch too, and each image begins at a row that is rounded
/// as the first one's (`BLAS.rowPeriod`): so an image's values do not depend on what else is there.
struct OutputTiling {
  /// Images of one product.
  let images: Int
  /// Rows of an image's output (of pixels, or of tiles) in one product, and in all.
  let strip: Int
  let rows: Int
  /// Pixels or tiles of one row.
  let columns: Int
  /// From an image's first row in a product to the next one's.
  private let period: Int

  /// - Parameter aim: rows that a product should have, about.
  init(rows: Int, columns: Int, slots: Int, aim: Int) {
    self.rows = rows
    self.columns = columns
    let area = rows * columns
    period = BLAS.rowPeriod ?? 1
    images = area >= aim || BLAS.rowPeriod == nil ? 1 : min(slots, (aim + area - 1) / area)
    let strips = max(1, min(rows, (area + aim / 2) / aim))
    strip = (rows + strips - 1) / strips
  }

  /// The most rows of one product.
  var count: Int { images * step(strip) }

  /// From one image's first row in a product to the next one's, where each has so many rows of its own.
  func step(_ rows: Int) -> Int { (rows * columns + period - 1) / period * period }

  /// Calls `body` with the images that are present, the rows, and the rows of the product.
  func forEach(present: Int, _ body: (Range<Int>, Range<Int>, _ count: Int) -> Void) {
    for first in stride(from: 0, to: present, by: images) {
      for start in stride(from: 0, to: rows, by: strip) {
        let part = start..<min(rows, start + strip)
        body(first..<min(present, first + images), part, images * step(part.count))
      }
    }
  }
}
