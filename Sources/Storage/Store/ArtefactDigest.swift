import Contracts
import Declarations
import Files
import Kernels

extension ArtefactStore {
  /// The digest over an artefact's decoded values: equal for equal values, however they are stored.
  /// Zeros have no sign and all NaNs are one.
  package static func digest(of artefact: Artefact) -> Digest {
    var hasher = SHA256Hasher()
    switch artefact {
    case .embeddings(let family):
      hasher.update("embeddings\n")
      hasher.add(family)
    case .model(let model):
      hasher.update("model\n")
      hasher.add(model)
    case .tables(let tables):
      hasher.update("tables\n")
      hasher.add(tables)
    }
    return hasher.finish()
  }
}

/// The canonical bytes of each value: a tag or a count first, so that no two values share them.
extension SHA256Hasher {
  fileprivate mutating func add(count: Int) { update(UInt64(count)) }

  fileprivate mutating func add(_ text: String) {
    add(count: text.utf8.count)
    update(text)
  }

  fileprivate mutating func add(_ flag: Bool) { update(flag ? 1 : 0) }

  fileprivate mutating func add(_ value: Double) { update(Self.canonical(value)) }

  fileprivate mutating func add(_ values: [Double]) {
    add(count: values.count)
    let bits = values.map { Self.canonical($0).littleEndian }
    bits.withUnsafeBytes { update($0) }
  }

  private static func canonical(_ value: Double) -> UInt64 {
    value.isNaN ? Double.nan.bitPattern : value == 0 ? 0 : value.bitPattern
  }

  fileprivate mutating func add(_ matrix: Matrix) {
    add(count: matrix.rows)
    add(count: matrix.columns)
    let count = matrix.rows * matrix.columns
    let piece = min(count, 1 << 14)
    withUnsafeTemporaryAllocation(of: UInt32.self, capacity: max(1, piece)) { bits in
      matrix.withSlice { values in
        for start in stride(from: 0, to: count, by: max(1, piece)) {
          let length = min(piece, count - start)
          for index in 0..<length { bits[index] = Self.canonical(values[start + index]).littleEndian }
          update(UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: bits[0..<length])))
        }
      }
    }
  }

  @inline(__always)
  private static func canonical(_ value: Float) -> UInt32 {
    value.isNaN ? 0x7FC0_0000 : value == 0 ? 0 : value.bitPattern
  }

  fileprivate mutating func add(_ table: Table) {
    add(count: table.columns.count)
    for column in table.columns {
      add(column.name)
      switch column.values {
      case .integers(let values):
        add("integers")
        add(count: values.count)
        values.map { Int64($0).littleEndian }.withUnsafeBytes { update($0) }
      case .reals(let values):
        add("reals")
        add(values)
      case .texts(let values):
        add("texts")
        add(count: values.count)
        for value in values { add(value) }
      }
    }
  }

  fileprivate mutating func add(_ cell: Cell) {
    switch cell {
    case .integer(let value):
      add("integer")
      update(UInt64(bitPattern: Int64(value)))
    case .real(let value):
      add("real")
      add(value)
    case .text(let value):
      add("text")
      add(value)
    }
  }
}

extension SHA256Hasher {
  fileprivate mutating func add(_ tables: [NamedTable]) {
    add(count: tables.count)
    for table in tables {
      add(table.suffix)
      add(table.table)
    }
  }

  fileprivate mutating func add(_ model: Model) {
    // Paths within the origin are not part of the value; what they lead to shows in the embeddings.
    for key in ["kind", "seed", "stage"] { add(model.origin[key]?.canonical ?? "") }
    add(count: model.tensors.count)
    for tensor in model.tensors {
      add(tensor.name)
      add(count: tensor.shape.count)
      for side in tensor.shape { add(count: side) }
      add(Matrix(rows: 1, columns: tensor.values.count, values: tensor.values))
    }
    add(model.family)
    add(model.tables)
  }
}

extension SHA256Hasher {
  fileprivate mutating func add(_ family: EmbeddingFamily) {
    add(count: family.bases.count)
    for base in family.bases {
      add(base.isNormalized)
      add(base.x)
      add(base.y != nil)
      if let y = base.y { add(y) }
    }
    add(count: family.members.count)
    for member in family.members {
      add(count: member.base)
      add(count: member.coordinates.count)
      for coordinate in member.coordinates {
        add(coordinate.name)
        add(coordinate.value)
      }
      add(count: member.transforms.count)
      for transform in member.transforms { add(transform) }
    }
    // Last, and only where there is something to say: digests of pairs made row by row stay as they were.
    for (index, base) in family.bases.enumerated() where base.pairing != .identity {
      add("pairing")
      add(count: index)
      add(base.pairing)
    }
    for (index, base) in family.bases.enumerated() where !base.annotations.isEmpty {
      add("annotations")
      add(count: index)
      for text in ItemText.allCases {
        add(count: base.annotations[text].count)
        for value in base.annotations[text] { add(value) }
      }
    }
  }

  private mutating func add(_ pairing: Pairing) {
    switch pairing {
    case .identity: add("identity")
    case .unpaired: add("none")
    case .grouped(let size):
      add("grouped")
      add(count: size)
    case .map(let rows):
      add("map")
      add(count: rows.count)
      for row in rows { add(count: row) }
    }
  }

  private mutating func add(_ transform: any EmbeddingTransform) {
    add(type(of: transform).storedKind)
    for field in transform.fields {
      switch field.value {
      case .number(let value): add(value)
      case .flag(let value): add(value)
      case .vector(let value): add(value)
      }
    }
  }
}
