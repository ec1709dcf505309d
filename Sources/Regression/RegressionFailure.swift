import Declarations

/// Why numbers cannot be compared with their reference.
package enum RegressionFailure: Error, Sendable, Equatable {
  case missingColumn(String, in: String)
  case badCell(table: String, row: Int, column: String, found: String, expected: String)
  case repeated(experiment: String, id: String)
  case absentFromEnsemble(experiment: String, id: String, member: Int)
  case notFinite(what: String)
  case tooFew(what: String, found: Int, needed: Int)
  case missingQuantity(String, in: String)
}

extension RegressionFailure: Failure {
  package var kind: FailureKind { .invalidInput }

  package var message: String {
    switch self {
    case .missingColumn(let name, let table):
      "\(table) has no column `\(name)`; make it again with `modgap nightly --calibrate`"
    case .badCell(let table, let row, let column, let found, let expected):
      "row \(row + 1) of \(table) has `\(PlainText.escaped(found))` in the column \(column), but \(expected) was expected"
    case .repeated(let experiment, let id):
      "the number \(id) of \(experiment) occurs more than once; its rows need keys that tell them apart"
    case .absentFromEnsemble(let experiment, let id, let member):
      "run \(member) of the ensemble has no number \(id) of \(experiment); calibrate again with one version of the program"
    case .notFinite(let what):
      "\(what) is not a finite number, so nothing can be compared with it"
    case .tooFew(let what, let found, let needed):
      "found \(found) \(what), but at least \(needed) are needed"
    case .missingQuantity(let name, let place):
      "\(place) has no quantity `\(name)`, which the reference has"
    }
  }
}
