import Declarations

/// A data set as a stage's parameters hold it: the object that the plan made of a parameter of type
/// `dataset`, with absolute paths, defaults and, where items are drawn, a seed.
package struct DataDescription: Decodable, Sendable {
  private let values: [String: JSONValue]

  package init(from decoder: any Decoder) throws {
    values = try decoder.singleValueContainer().decode([String: JSONValue].self)
  }

  package init(_ values: [String: JSONValue]) { self.values = values }

  /// The value of a key.
  package subscript(key: String) -> JSONValue? { values[key] }

  /// All that it says, in one order: equal names are equal data.
  package var name: String { JSONValue.object(values).canonical }

  package var kind: String { values["kind"]?.string ?? "" }

  /// - Throws: a failure that names the file, or the key and what it must be.
  package func open() throws -> PairedData {
    try DatasetCatalog.make(kind, with: values, seed: 0)
  }
}
