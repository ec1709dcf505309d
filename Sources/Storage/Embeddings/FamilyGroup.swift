import Contracts
import Declarations
import HDF5

/// A family of embeddings as a group: its base, its coordinates, and the transforms of each member, here `moves`. A vector
/// that all members share stands once.
///
/// ```
/// base → /<stage>              the embeddings that the moves begin from; a group here where no stage has them
/// base_index                   int64 (m), only where the base has several layers: the layer of each member
/// coordinates/delta            float64 (m)
/// moves/0, moves/1, …          in the order in which they are applied; attribute `kind`, or a dataset (m)
/// moves/0/gap, …               a vector, float64 (d), or (m, d) where the members' differ
/// moves/0/{amount_x,renormalize}, …  numbers, float64 (m)
/// ```
///
/// Whoever divides the rows of `base` by their norms, in float64, and then applies the moves has the member's
/// embeddings; `docs/reference.md` says what each kind does, from the transforms' own declarations. A member that has
/// fewer moves than others has the kind `none` there, which leaves rows as they are.
enum FamilyGroup {
  /// - Parameter base: writes `base`, a link or a group.
  static func write(
    _ members: [EmbeddingFamily.Member], to group: HDF5Group, base: () throws -> Void
  ) throws {
    try group.setEncoding("embedding-family", "0.2.0")
    try group.setAttribute("count", members.count)
    try base()
    if members.contains(where: { $0.base != 0 }) {
      try group.write("base_index", members.map(\.base), shape: [members.count]) {
        try $0.setEncoding("array", "0.2.0")
      }
    }
    try group.group("coordinates") { inner in
      try inner.setEncoding("dict", "0.1.0")
      for name in names(of: members) { try write(coordinate: name, of: members, to: inner) }
    }
    try group.group("moves") { inner in
      try inner.setEncoding("dict", "0.1.0")
      for step in 0..<(members.map(\.transforms.count).max() ?? 0) {
        try inner.group("\(step)") { try write(step: step, of: members, to: $0) }
      }
    }
  }

  private static func names(of members: [EmbeddingFamily.Member]) -> [String] {
    var seen: Set<String> = []
    return members.flatMap(\.coordinates).map(\.name).filter { seen.insert($0).inserted }
  }

  private static func write(
    coordinate name: String, of members: [EmbeddingFamily.Member], to group: HDF5Group
  ) throws {
    let cells = members.map { member in
      member.coordinates.first { $0.name == name }?.value ?? .real(.nan)
    }
    let describe: (HDF5Dataset) throws -> Void = { dataset in
      if case .texts = Column(cells: cells) { return try dataset.setEncoding("string-array", "0.2.0") }
      try dataset.setEncoding("array", "0.2.0")
    }
    switch Column(cells: cells) {
    case .integers(let values): try group.write(name, values, shape: [values.count], describe)
    case .reals(let values): try group.write(name, values, shape: [values.count], describe)
    case .texts(let values): try group.write(name, values, shape: [values.count], describe)
    }
  }

  /// Writes one step; a member that has none at this step, or one of another kind, has NaN.
  private static func write(step: Int, of members: [EmbeddingFamily.Member], to group: HDF5Group) throws {
    let parts = members.map { member in
      TransformParts(member.transforms.indices.contains(step) ? member.transforms[step] : nil)
    }
    let kinds = parts.map(\.kind)
    try group.setEncoding("dict", "0.1.0")
    if let kind = kinds.first, kinds.allSatisfy({ $0 == kind }) {
      try group.setAttribute("kind", kind)
    } else {
      try group.write("kind", kinds, shape: [kinds.count]) { try $0.setEncoding("string-array", "0.2.0") }
    }
    for name in Set(parts.flatMap(\.numbers.keys)).sorted() {
      let column = parts.map { $0.numbers[name] ?? .nan }
      try group.write(name, column, shape: [column.count]) { try $0.setEncoding("array", "0.2.0") }
    }
    for name in Set(parts.flatMap(\.vectors.keys)).sorted() {
      try write(vectors: parts.map { $0.vectors[name] }, name, to: group)
    }
  }

  /// One row a member, or a single vector where all share it.
  private static func write(vectors: [[Double]?], _ name: String, to group: HDF5Group) throws {
    let given = vectors.compactMap { $0 }
    let first = given.first ?? []
    let length = given.map(\.count).max() ?? 0
    if given.count == vectors.count, given.allSatisfy({ $0 == first }) {
      return try group.write(name, first, shape: [length]) { try $0.setEncoding("array", "0.2.0") }
    }
    let rows = vectors.flatMap { vector in
      (vector ?? []) + [Double](repeating: .nan, count: length - (vector?.count ?? 0))
    }
    try group.write(name, rows, shape: [vectors.count, length]) { try $0.setEncoding("array", "0.2.0") }
  }
}

/// A transform taken apart into named numbers and vectors.
private struct TransformParts {
  var kind: String
  var numbers: [String: Double] = [:]
  var vectors: [String: [Double]] = [:]

  init(_ transform: (any EmbeddingTransform)?) {
    kind = transform.map { type(of: $0).kind } ?? "none"
    for field in transform?.fields ?? [] {
      switch field.value {
      case .number(let value): numbers[field.name] = value
      case .flag(let value): numbers[field.name] = value ? 1 : 0
      case .vector(let value): vectors[field.name] = value
      }
    }
  }
}
