import Declarations

/// What a shift does to the rows of x and y, kept as data, so that it is computed only when rows are read.
///
/// One is a struct in a file of its own, named under `transforms` in every stage that makes it. Store,
/// digests, HDF5 and metrics know it by this protocol alone. A struct without values must be a valid one: fields are
/// read into it.
package protocol EmbeddingTransform: Sendable, Equatable {
  /// Its name in HDF5 files: `rotate-y`.
  static var kind: String { get }
  /// Its name in the store and in digests; that of HDF5 unless older stores know another one.
  static var storedKind: String { get }
  /// What becomes of a row, in the words of HDF5 fields.
  static var effect: TransformEffect { get }

  init()

  /// Names each value once, for reading and for writing; digests have them in this order.
  mutating func code(_ fields: inout TransformFields) throws

  /// What it does to rows of unit norm.
  var normEffect: NormEffect { get }

  /// The transform as it is computed on the rows of one modality; nil where it leaves them as they are.
  ///
  /// - Throws: a `Failure` where it does not fit rows of so many columns.
  func rowTransform(of side: Side, columns: Int) throws -> (any RowTransform)?

  /// The same as a shift along one direction, where it is one: a sweep of those shares its products.
  var asTranslation: Translation? { get }
}

extension EmbeddingTransform {
  package static var storedKind: String { kind }
  package var asTranslation: Translation? { nil }

  package func isEqual(to other: any EmbeddingTransform) -> Bool { (other as? Self) == self }

  /// Its values by name, in their order.
  package var fields: [TransformFields.Field] {
    var (copy, fields) = (self, TransformFields())
    // Only reading fails.
    try? copy.code(&fields)
    return fields.all
  }
}

package enum NormEffect: Sendable {
  /// Rows are divided by their norm in the end.
  case makesUnit
  /// Rows of unit norm keep it.
  case keepsUnit
  case losesUnit
}

/// x − a·g and y + b·g with the unit vector `g`, then rows of unit norm where `renormalizes`.
package struct Translation: Sendable, Equatable {
  package let direction: [Double]
  package let amountX: Double
  package let amountY: Double
  package let renormalizes: Bool

  package init(direction: [Double], amountX: Double, amountY: Double, renormalizes: Bool) {
    self.direction = direction
    (self.amountX, self.amountY) = (amountX, amountY)
    self.renormalizes = renormalizes
  }
}

/// The values of a transform, read or written: the one place where a transform says what it consists of.
package struct TransformFields {
  package enum Value: Sendable, Equatable {
    case number(Double)
    case flag(Bool)
    case vector([Double])
  }

  package struct Field: Sendable, Equatable {
    package let name: String
    /// In the store.
    package let storedName: String
    package let value: Value
  }

  package private(set) var all: [Field] = []
  private let source: ((_ storedName: String, _ like: Value) throws -> Value)?

  /// - Parameter source: gives the values of a transform that is read; nil where one is written.
  package init(from source: ((_ storedName: String, _ like: Value) throws -> Value)? = nil) {
    self.source = source
  }

  /// - Parameter stored: its name in the store, where older ones know another.
  package mutating func number(_ name: String, stored: String? = nil, _ value: inout Double) throws {
    if case .number(let found) = try field(name, stored, .number(value)) { value = found }
  }

  package mutating func flag(_ name: String, stored: String? = nil, _ value: inout Bool) throws {
    if case .flag(let found) = try field(name, stored, .flag(value)) { value = found }
  }

  package mutating func vector(_ name: String, stored: String? = nil, _ value: inout [Double]) throws {
    if case .vector(let found) = try field(name, stored, .vector(value)) { value = found }
  }

  private mutating func field(_ name: String, _ stored: String?, _ value: Value) throws -> Value {
    let value = try source?(stored ?? name, value) ?? value
    all.append(Field(name: name, storedName: stored ?? name, value: value))
    return value
  }
}

/// The transforms that a program's stages make, by their name in the store.
package struct TransformCatalog: Sendable {
  private let types: [String: any EmbeddingTransform.Type]

  package init(_ types: [any EmbeddingTransform.Type]) {
    self.types = Dictionary(types.map { ($0.storedKind, $0) }, uniquingKeysWith: { first, _ in first })
  }

  /// In the order of their names.
  package var declarations: [TransformDeclaration] {
    types.sorted { $0.key < $1.key }.map { _, type in
      TransformDeclaration(kind: type.kind, fields: type.init().fields.map(\.name), effect: type.effect)
    }
  }

  package subscript(storedKind: String) -> (any EmbeddingTransform.Type)? { types[storedKind] }

  /// Whether what is stored of such a transform will be read.
  package func knows(_ transform: any EmbeddingTransform) -> Bool {
    types[type(of: transform).storedKind].map { $0 == type(of: transform) } ?? false
  }
}
