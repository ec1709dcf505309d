import Contracts

/// A data set as a stage's parameters hold it: the object that the plan made of a parameter of type
/// `dataset`, with absolute paths, defaults and, where items are drawn, a seed.
package struct DataDescription: Decodable, Sendable {
  private let values: [String: JSONValue]

  package init(from decoder: any Decoder) throws {
    values = try decoder.singleValueContainer().decode([String: JSONValue].self)
  }

  /// - Throws: a failure that names the file, or the key and what it must be.
  package func open() throws -> PairedData {
    try DatasetCatalog.make(values["kind"]?.string ?? "", with: values, seed: 0)
  }
}
