import Figures
import Kernels

/// Embeddings of pairs with a gap, in clusters that are their labels, and what a page shows of them.
struct SamplePoints {
  static let dimensions = 8
  private static let gap: Float = 0.9
  let count: Int
  let clusters: Int
  /// Unit rows of x, then of y.
  private let rows: [[Float]]

  init(count: Int, clusters: Int) {
    (self.count, self.clusters) = (count, clusters)
    let size = count * Self.dimensions
    // Sums of three uniforms have a variance of 1/4.
    func normals(_ name: String, _ length: Int) -> [Float] {
      let draws = RandomStream(seed: 1, stage: "page", name: name).integers(below: 1 << 20, count: 3 * length)
      return (0..<length).map { place in
        let sum: Int = draws[3 * place..<3 * place + 3].reduce(0, +)
        return Float(sum) / Float(1 << 19) - 3
      }
    }
    let (centres, items) = (normals("centres", clusters * Self.dimensions), normals("items", size))
    rows = ["x", "y"].enumerated().map { side, name in
      let noise = normals(name, size)
      var values = [Float](repeating: 0, count: size)
      for place in 0..<size {
        let (item, dimension) = (place / Self.dimensions, place % Self.dimensions)
        let centre: Float = 0.6 * centres[item % clusters * Self.dimensions + dimension]
        let own: Float = 0.25 * items[place] + 0.1 * noise[place]
        let shift: Float = dimension > 0 ? 0 : side == 0 ? Self.gap : -Self.gap
        values[place] = centre + own + shift
      }
      return Self.normalized(values)
    }
  }

  private static func normalized(_ values: [Float]) -> [Float] {
    stride(from: 0, to: values.count, by: dimensions).flatMap { start -> [Float] in
      let row = values[start..<start + dimensions]
      let norm = row.reduce(0) { $0 + $1 * $1 }.squareRoot()
      return row.map { $0 / norm }
    }
  }

  /// The first two coordinates, with the means of both sides or without them.
  func view(_ name: String, isCentred: Bool) -> AnalysisPage.View {
    let coordinates = rows.map { side -> [Float] in
      let places = (0..<2 * count).map { side[$0 / 2 * Self.dimensions + $0 % 2] }
      let means = (0..<2).map { axis in
        isCentred
          ? stride(from: axis, to: places.count, by: 2).reduce(0) { $0 + places[$1] } / Float(count) : 0
      }
      return places.enumerated().map { $1 - means[$0 % 2] }
    }
    return AnalysisPage.View(
      name: name, axes: ["Δ (gap direction)", "PC 1 orthogonal to Δ"], coordinates: coordinates)
  }

  var labels: [String] { (0..<count).map { "cluster \($0 % clusters)" } }

  private func cosine(_ a: Int, _ item: Int, _ b: Int, _ other: Int) -> Float {
    var sum: Float = 0
    for dimension in 0..<Self.dimensions {
      sum += rows[a][item * Self.dimensions + dimension] * rows[b][other * Self.dimensions + dimension]
    }
    return sum
  }

  /// Exact, so for few items only.
  func ranks() -> [[Int]] {
    [0, 1].map { side in
      (0..<count).map { item in
        let own = cosine(side, item, 1 - side, item)
        return 1 + (0..<count).count { $0 != item && cosine(side, item, 1 - side, $0) > own }
      }
    }
  }

  func neighbours(_ most: Int) -> AnalysisPage.Neighbours {
    AnalysisPage.Neighbours(
      count: most,
      lists: [0, 1].map { side in [side, 1 - side].map { nearest(side, $0, most) } })
  }

  private func nearest(_ side: Int, _ other: Int, _ most: Int) -> AnalysisPage.Neighbours.List {
    var (items, cosines): ([Int32], [Float]) = ([], [])
    for item in 0..<count {
      let near = (0..<count).filter { side != other || $0 != item }
        .map { (item: $0, cosine: cosine(side, item, other, $0)) }.sorted { $0.cosine > $1.cosine }.prefix(
          most)
      let rest = most - near.count
      items += near.map { Int32($0.item) } + [Int32](repeating: -1, count: rest)
      cosines += near.map(\.cosine) + [Float](repeating: 0, count: rest)
    }
    return AnalysisPage.Neighbours.List(items: items, cosines: cosines)
  }
}
