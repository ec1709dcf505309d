import Contracts
import Declarations
import Files
import HDF5
import Kernels

/// A family of embeddings as an HDF5 file: the bases as float32 datasets, every long vector once as
/// float64, and the members as JSON that refers to them. Numbers come back bit for bit.
///
/// ```
/// /bases/0/{x,y}   float32 (n, d), attribute `normalized`
/// /bases/0/pairing JSON: {"kind":"grouped","size":5}; absent where row i of y belongs with row i of x
/// /bases/0/partner int64 (rows of y): the row of x, where the pairing is a map
/// /bases/0/{id,label}  string (items), where the items have ids and labels
/// /vectors/0, …    float64 (k)
/// /members         JSON: [{"base":0,"coordinates":[…],"moves":[…]}, …]
/// ```
package enum FamilyFile {
  static let name = "artefact.h5"

  package struct Problem: Error, CustomStringConvertible {
    package let description: String
  }

  /// - Throws: `Problem` where it has a transform that `catalog` lacks, for it could not be read again; `HDF5Failure`.
  static func make(_ family: EmbeddingFamily, _ catalog: TransformCatalog) throws -> [UInt8] {
    for transform in family.members.flatMap(\.transforms) where !catalog.knows(transform) {
      throw Problem(description: "no stage declares the transform `\(type(of: transform).storedKind)`")
    }
    let size = family.bases.reduce(1 << 16) {
      $0 + ($1.x.values.count + ($1.y?.values.count ?? 0)) * 4 + AnnotationGroup.bytes(of: $1.annotations)
    }
    return try HDF5Image.make(expectedBytes: size) { root in
      try root.setEncoding("dict", "0.1.0")
      try root.group("bases") { bases in
        try bases.setEncoding("dict", "0.1.0")
        try bases.setAttribute("count", family.bases.count)
        for (index, base) in family.bases.enumerated() {
          try bases.group("\(index)") { try write(base, to: $0) }
        }
      }
      var vectors = TransformVectors()
      let members = JSONValue.array(family.members.map { json($0, &vectors) }).canonical
      try root.group("vectors") { group in
        try group.setEncoding("dict", "0.1.0")
        try group.setAttribute("count", vectors.all.count)
        for (index, vector) in vectors.all.enumerated() {
          try group.write("\(index)", vector, shape: [vector.count]) { try $0.setEncoding("array", "0.2.0") }
        }
      }
      try root.write("members", [members], shape: []) { try $0.setEncoding("string", "0.2.0") }
    }
  }

  /// - Throws: `HDF5Failure`, `Problem`.
  package static func read(_ bytes: [UInt8], _ catalog: TransformCatalog) throws -> EmbeddingFamily {
    try HDF5Image.read(bytes) { root in
      let bases = try root.open("bases") { group in
        try (0..<count(group)).map { try group.open("\($0)", base) }
      }
      let vectors = try root.open("vectors") { group in
        try (0..<count(group)).map { try group.doubles("\($0)") }
      }
      let members = try JSONReader.value(Array(try root.text("members").utf8))
      let family = EmbeddingFamily(
        bases: bases, members: try (members.array ?? []).map { try member($0, vectors, catalog) })
      if let problem = family.problem { throw Problem(description: problem) }
      return family
    }
  }

  private static func count(_ group: HDF5StoredGroup) throws -> Int {
    let count = try group.integerAttribute("count")
    // Whoever made the file may have written any number: no more are there than the image has objects.
    guard (0...group.objectCount).contains(count) else {
      throw Problem(description: "a group has \(count) members")
    }
    return count
  }

  private static func write(_ base: Embeddings, to group: HDF5Group) throws {
    try group.setEncoding("dict", "0.1.0")
    try group.setAttribute("normalized", base.isNormalized ? 1 : 0)
    try PairingGroup.write(base.pairing, to: group)
    try AnnotationGroup.write(base.annotations, to: group)
    for (name, matrix) in [("x", base.x), ("y", base.y)] {
      guard let matrix else { continue }
      try matrix.values.withUnsafeBufferPointer { values in
        try group.write(name, values, shape: [matrix.rows, matrix.columns]) {
          try $0.setEncoding("array", "0.2.0")
        }
      }
    }
  }

  private static func base(_ group: HDF5StoredGroup) throws -> Embeddings {
    Embeddings(
      x: try group.matrix("x"), y: group.contains("y") ? try group.matrix("y") : nil,
      isNormalized: try group.integerAttribute("normalized") == 1, pairing: try PairingGroup.read(group),
      annotations: try AnnotationGroup.read(group))
  }
}

/// The long vectors of a family's transforms, each kept once.
struct TransformVectors {
  private(set) var all: [[Double]] = []
  private var places: [[UInt64]: Int] = [:]

  mutating func place(of vector: [Double]) -> JSONValue {
    let bits = vector.map(\.bitPattern)
    let place = places[bits] ?? all.count
    if place == all.count {
      all.append(vector)
      places[bits] = place
    }
    return .number(Double(place))
  }
}
