import Contracts
import Declarations
import HDF5
import Kernels

/// One set of embeddings as an `.h5ad` file, which `anndata.read_h5ad` opens: the rows of x, then those of y.
///
/// ```
/// X                       float32 (rows of x + rows of y, d)
/// obs/_index              `x0`, `x1`, …, `y0`, …
/// obs/modality            categorical: x, y
/// obs/item, obs/row       int64: rows are partners where their items are equal; the row of its modality
/// var/_index              the number of the dimension
/// uns/modgap              experiment, run and stage, the config as JSON, coordinates, whether rows have unit norm
/// ```
///
/// Source: anndata's on-disk format, https://anndata.readthedocs.io/en/latest/fileformat-prose.html.
package enum AnnDataFile {
  /// Where the embeddings come from.
  package struct Origin: Sendable {
    package let experiment: String
    package let run: String
    package let stage: String
    package let config: JSONValue
    package let coordinates: [Coordinate]

    package init(
      experiment: String, run: String, stage: String, config: JSONValue, coordinates: [Coordinate]
    ) {
      (self.experiment, self.run, self.stage) = (experiment, run, stage)
      (self.config, self.coordinates) = (config, coordinates)
    }
  }

  /// The file's bytes; the same embeddings give the same bytes.
  /// - Throws: `HDF5Failure`, `Partners.Misfit`.
  package static func make(_ embeddings: Embeddings, origin: Origin) throws -> [UInt8] {
    let sides = [("x", embeddings.x)] + (embeddings.y.map { [("y", $0)] } ?? [])
    let rows = sides.reduce(0) { $0 + $1.1.rows }
    let items = try items(of: embeddings)
    let columns = embeddings.x.columns
    return try HDF5Image.make(expectedBytes: 4 * rows * columns + 64 * rows + (1 << 16)) { root in
      try root.setEncoding("anndata", "0.1.0")
      let values = sides.flatMap(\.1.values)
      try values.withUnsafeBufferPointer { values in
        try root.write("X", values, shape: [rows, columns]) { try $0.setEncoding("array", "0.2.0") }
      }
      try root.group("obs") { obs in
        let names = sides.flatMap { side, matrix in (0..<matrix.rows).map { "\(side)\($0)" } }
        try describe(obs, index: names, columns: ["modality", "item", "row"])
        try writeModality(sides.map { ($0.0, $0.1.rows) }, to: obs)
        try write(items, "item", to: obs)
        try write(sides.flatMap { Array(0..<$0.1.rows) }, "row", to: obs)
      }
      try root.group("var") { dimensions in
        try describe(dimensions, index: (0..<columns).map(String.init), columns: ["dimension"])
        try write(Array(0..<columns), "dimension", to: dimensions)
      }
      for name in ["layers", "obsm", "obsp", "varm", "varp"] {
        try root.group(name) { try $0.setEncoding("dict", "0.1.0") }
      }
      try root.group("uns") { uns in
        try uns.setEncoding("dict", "0.1.0")
        try uns.group("modgap") { try write(origin, isNormalized: embeddings.isNormalized, to: $0) }
      }
    }
  }

  private static func items(of embeddings: Embeddings) throws -> [Int] {
    guard let y = embeddings.y else { return Array(0..<embeddings.x.rows) }
    let partners = try Partners(embeddings.pairing, xRows: embeddings.x.rows, yRows: y.rows)
    return partners.itemOfX + partners.itemOfY
  }

  private static func describe(_ frame: HDF5Group, index: [String], columns: [String]) throws {
    try frame.setEncoding("dataframe", "0.2.0")
    try frame.setAttribute("_index", "_index")
    try frame.setAttribute("column-order", columns)
    try frame.write("_index", index, shape: [index.count]) { try $0.setEncoding("string-array", "0.2.0") }
  }

  private static func write(_ numbers: [Int], _ name: String, to group: HDF5Group) throws {
    try group.write(name, numbers, shape: [numbers.count]) { try $0.setEncoding("array", "0.2.0") }
  }

  private static func writeModality(_ sides: [(name: String, rows: Int)], to obs: HDF5Group) throws {
    try obs.group("modality") { group in
      try group.setEncoding("categorical", "0.2.0")
      try group.setAttribute("ordered", false)
      try write(sides.indices.flatMap { Array(repeating: $0, count: sides[$0].rows) }, "codes", to: group)
      try group.write("categories", sides.map(\.name), shape: [sides.count]) {
        try $0.setEncoding("string-array", "0.2.0")
      }
    }
  }

  private static func write(_ origin: Origin, isNormalized: Bool, to group: HDF5Group) throws {
    try group.setEncoding("dict", "0.1.0")
    let texts = [
      "experiment": origin.experiment, "run": origin.run, "stage": origin.stage,
      "config": origin.config.canonical,
    ]
    for (name, text) in texts.sorted(by: { $0.key < $1.key }) { try write(.text(text), name, to: group) }
    try write(.integer(isNormalized ? 1 : 0), "normalized", to: group)
    try group.group("coordinates") { inner in
      try inner.setEncoding("dict", "0.1.0")
      for coordinate in origin.coordinates { try write(coordinate.value, coordinate.name, to: inner) }
    }
  }

  private static func write(_ cell: Cell, _ name: String, to group: HDF5Group) throws {
    switch cell {
    case .text(let text): try group.write(name, [text], shape: []) { try $0.setEncoding("string", "0.2.0") }
    case .integer(let number):
      try group.write(name, [number], shape: []) { try $0.setEncoding("numeric-scalar", "0.2.0") }
    case .real(let number):
      try group.write(name, [number], shape: []) { try $0.setEncoding("numeric-scalar", "0.2.0") }
    }
  }
}
