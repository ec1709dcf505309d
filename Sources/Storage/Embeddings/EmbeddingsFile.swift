import Contracts
import Declarations
import Files
import HDF5
import Kernels

/// A run's `embeddings.h5`: a group for each stage that makes embeddings, for h5py, pandas and anndata
/// to open without a word of explanation.
///
/// ```
/// /config                        the experiment as JSON
/// /methods                       what each stage was run with, as JSON
/// /<stage>/{x,y}                 float32 (n, d), row = sample
/// /<stage>/{sample,dimension}    dimension scales
/// /<stage>/{pairing,partner}     where rows are not paired by their number: `PairingGroup`
/// /<stage>/{id,label}            string (items), where items have ids and labels; an item is a row of x, or several where
///                                the pairing makes groups of them
/// /<stage>/x/layer00, …          where the stage gives layers
/// /<stage>/base → /<other>       a family: the embeddings that all its moves begin from, and the moves of
///                                each member (`FamilyGroup` says how they are applied)
/// /<stage> → ../<run>/embeddings.h5:/<stage>   what another run has already
/// ```
package enum EmbeddingsFile {
  package enum Content: Sendable {
    /// One pair, or one tower: `x` alone.
    case matrices(Embeddings)
    /// One pair a layer.
    case layers([Embeddings])
    /// Members that are moves of these embeddings.
    case family(Base, members: [EmbeddingFamily.Member])
    /// The group of this stage in another file, whose path is relative to this one's folder.
    case elsewhere(file: String)
  }

  /// What a family's moves begin from.
  package enum Base: Sendable {
    /// Another stage of the file, unmoved; the matrices are not copied.
    case stage(String)
    /// Matrices that no stage of the file has.
    case layers([Embeddings])
  }

  package struct Element: Sendable {
    package let stage: String
    package let content: Content
    package init(_ stage: String, _ content: Content) {
      self.stage = stage
      self.content = content
    }
  }

  /// The file's bytes; the same elements give the same bytes.
  package static func make(
    _ elements: [Element], config: JSONValue, methods: JSONValue? = nil
  ) throws -> [UInt8] {
    let size = elements.reduce(1 << 16) { $0 + bytes(of: $1.content) }
    return try HDF5Image.make(expectedBytes: size) { root in
      try root.setEncoding("dict", "0.1.0")
      try root.setAttribute("title", "modgap embeddings")
      try root.write("config", [config.canonical], shape: []) { try $0.setEncoding("string", "0.2.0") }
      if let methods {
        try root.write("methods", [methods.canonical], shape: []) { try $0.setEncoding("string", "0.2.0") }
      }
      for element in elements {
        if case .elsewhere(let file) = element.content {
          try root.link(element.stage, to: "/\(element.stage)", in: file)
        } else {
          try root.group(element.stage) { try write(element.content, to: $0) }
        }
      }
    }
  }

  /// Makes the file and writes it at once as a whole.
  /// - Throws: `FileFailure` of kind `.io`, `HDF5Failure.library`.
  package static func write(_ elements: [Element], config: JSONValue, to path: String) throws {
    try AtomicWriter(syncsFile: false).write(try make(elements, config: config), to: path)
  }

  private static func bytes(of content: Content) -> Int {
    switch content {
    case .matrices(let pair): bytes(of: pair)
    case .layers(let layers): layers.reduce(0) { $0 + bytes(of: $1) }
    case .family(.layers(let layers), _): layers.reduce(0) { $0 + bytes(of: $1) }
    case .family, .elsewhere: 0
    }
  }

  private static func bytes(of pair: Embeddings) -> Int {
    (pair.x.values.count + (pair.y?.values.count ?? 0)) * 4 + (pair.x.rows + pair.x.columns) * 8
      + AnnotationGroup.bytes(of: pair.annotations)
  }

  private static func write(_ content: Content, to group: HDF5Group) throws {
    switch content {
    case .matrices(let pair):
      try write(pair, to: group)
    case .layers(let layers):
      try describe(group, isNormalized: layers.allSatisfy(\.isNormalized))
      // Layers are of the same items, so of one pairing and with the same ids.
      if let first = layers.first { try describeItems(of: first, in: group) }
      try Scales.with(in: group, of: layers) { scales in
        try write(layers: layers, to: group, scales)
      }
    case .family(.stage(let base), let members):
      try FamilyGroup.write(members, to: group) { try group.link("base", to: "/\(base)") }
    case .family(.layers(let layers), let members):
      try FamilyGroup.write(members, to: group) {
        try group.group("base") { base in
          let content = layers.count == 1 ? layers.first.map(Content.matrices) : nil
          try write(content ?? .layers(layers), to: base)
        }
      }
    case .elsewhere: break
    }
  }

  private static func write(_ pair: Embeddings, to group: HDF5Group) throws {
    try describe(group, isNormalized: pair.isNormalized)
    try describeItems(of: pair, in: group)
    try Scales.with(in: group, of: [pair]) { scales in
      for (name, matrix) in towers(pair) {
        try write(matrix, name, to: group, isNormalized: pair.isNormalized, scales)
      }
    }
  }

  private static func describe(_ group: HDF5Group, isNormalized: Bool) throws {
    try group.setEncoding("dict", "0.1.0")
    try group.setAttribute("normalized", isNormalized ? 1 : 0)
  }

  private static func describeItems(of pair: Embeddings, in group: HDF5Group) throws {
    try PairingGroup.writeWithPartners(pair, to: group)
    try AnnotationGroup.write(pair.annotations, to: group)
  }

  private static func towers(_ pair: Embeddings) -> [(String, Matrix)] {
    [("x", pair.x)] + (pair.y.map { [("y", $0)] } ?? [])
  }

  private static func write(layers: [Embeddings], to group: HDF5Group, _ scales: Scales) throws {
    let width = max(2, "\(max(0, layers.count - 1))".count)
    for tower in ["x", "y"] where tower == "x" || layers.contains(where: { $0.y != nil }) {
      try group.group(tower) { inner in
        try inner.setEncoding("dict", "0.1.0")
        for (index, layer) in layers.enumerated() {
          guard let matrix = tower == "x" ? layer.x : layer.y else { continue }
          let digits = "\(index)"
          let name = "layer" + String(repeating: "0", count: width - digits.count) + digits
          try write(matrix, name, to: inner, isNormalized: layer.isNormalized, scales)
        }
      }
    }
  }

  private static func write(
    _ matrix: Matrix, _ name: String, to group: HDF5Group, isNormalized: Bool, _ scales: Scales
  ) throws {
    try matrix.values.withUnsafeBufferPointer { values in
      try group.write(name, values, shape: [matrix.rows, matrix.columns]) { dataset in
        try dataset.setEncoding("array", "0.2.0")
        try dataset.setAttribute("normalized", isNormalized ? 1 : 0)
        try scales.attach(to: dataset, rows: matrix.rows, columns: matrix.columns)
      }
    }
  }
}
