import Contracts
import HDF5

/// The dimension scales of a group: `sample` counts rows and `dimension` columns. Where lengths differ
/// within a group, later ones carry their length: `dimension_64`.
struct Scales {
  private var datasets: [String: [Int: HDF5Dataset]] = [:]

  /// Creates the scales that these embeddings need and keeps them open for `body`.
  static func with(
    in group: HDF5Group, of layers: [Embeddings], _ body: (Scales) throws -> Void
  ) throws {
    let matrices = layers.flatMap { [$0.x] + ($0.y.map { [$0] } ?? []) }
    let lengths =
      distinct(matrices.map(\.rows)).map { ("sample", $0) }
      + distinct(matrices.map(\.columns)).map { ("dimension", $0) }
    try open(lengths[...], in: group, Scales(), body)
  }

  func attach(to dataset: HDF5Dataset, rows: Int, columns: Int) throws {
    for (axis, (label, length)) in [("sample", rows), ("dimension", columns)].enumerated() {
      guard let scale = datasets[label]?[length] else { continue }
      try dataset.attach(scale, axis: axis, label: label)
    }
  }

  /// Each scale lives inside the closure of the one before it.
  private static func open(
    _ lengths: ArraySlice<(String, Int)>, in group: HDF5Group, _ scales: Scales,
    _ body: (Scales) throws -> Void
  ) throws {
    guard let (label, length) = lengths.first else { return try body(scales) }
    let name = scales.datasets[label] == nil ? label : "\(label)_\(length)"
    try group.write(name, Array(0..<length), shape: [length]) { dataset in
      try dataset.setEncoding("array", "0.2.0")
      try dataset.becomeScale(label)
      var more = scales
      more.datasets[label, default: [:]][length] = dataset
      try open(lengths.dropFirst(), in: group, more, body)
    }
  }

  private static func distinct(_ lengths: [Int]) -> [Int] {
    var seen: Set<Int> = []
    return lengths.filter { seen.insert($0).inserted }
  }
}
