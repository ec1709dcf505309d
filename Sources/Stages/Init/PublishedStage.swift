import Contracts
import Declarations
import Files

/// Numbers that were printed, from a CSV file: a table with its columns.
///
/// A column is of numbers where all its cells are numbers or empty, and one at least is a number; an empty one is then
/// NaN. Of the other columns, of text, and those that `keys` lists no mean is taken.
package struct PublishedStage: Stage {
  package struct Parameters: Decodable, Sendable {
    var path: String
    var keys: OneOrMany<String>?
  }

  package static let signature = StageSignature(
    phase: .`init`, kind: "published",
    summary: "A table of printed numbers from a CSV file.",
    parameters: [
      .required("path", .file, "The CSV file: a header, then rows of as many cells. An empty cell is NaN."),
      .optional(
        "keys", .oneOrMany(.column()),
        "Columns of numbers that say which row it is, such as a temperature, so that no mean is taken of them. "
          + "Columns of text always do."),
    ],
    excludedFromKey: ["keys"], output: .tables, fileColumns: FileColumns(of: "path", keys: "keys"))

  private let parameters: Parameters

  package init(parameters: Parameters) { self.parameters = parameters }

  package func run(_ inputs: StageInputs, _ context: StageContext) throws -> Artefact {
    let path = parameters.path
    let table = try CSV.read(path, emptyIsNaN: true)
    if let unnamed = table.columnNames.firstIndex(of: "") {
      throw CSVFailure(path: path, line: 1, detail: "column \(unnamed + 1) has no name")
    }
    guard table.rowCount > 0 else {
      throw CSVFailure(path: path, line: 2, detail: "there is no row below the header")
    }
    for key in parameters.keys?.values ?? [] where table[key] == nil {
      throw TableFailure.unknownColumn(key, known: table.columnNames)
    }
    return .tables([NamedTable("", table)])
  }
}
