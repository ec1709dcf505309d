import Declarations
import Statistics

/// What became of a claim: the paper's value beside ours.
package struct Verdict: Sendable {
  package enum Outcome: Sendable {
    case pass, fail, inconclusive
    /// Optional data are missing; the sentence says which and how to get them.
    case notRun(String)
    /// The claim could not be put to the table.
    case error(any Failure)
  }

  package let id: String
  package let source: String
  package let says: String
  package let table: String
  package let check: String
  /// What the paper expects, in words.
  package let paper: String
  /// What the tables hold, in words; empty where nothing was computed.
  package let ours: String
  /// The one number behind `ours`, where there is one.
  package let number: Double?
  /// How many replicates stand behind it.
  package let count: Int
  /// The 95% interval over the replicates.
  package let interval: Interval?
  package let outcome: Outcome
  package let explanation: String
}

extension Verdict.Outcome {
  package var word: String {
    switch self {
    case .pass: "pass"
    case .fail: "fail"
    case .inconclusive: "inconclusive"
    case .notRun: "not-run"
    case .error: "error"
    }
  }
}

/// How many verdicts there are of each kind.
package struct VerdictCounts: Sendable, Equatable {
  package private(set) var pass = 0
  package private(set) var fail = 0
  package private(set) var inconclusive = 0
  package private(set) var notRun = 0
  package private(set) var error = 0

  package init(_ verdicts: [Verdict]) {
    for verdict in verdicts {
      switch verdict.outcome {
      case .pass: pass += 1
      case .fail: fail += 1
      case .inconclusive: inconclusive += 1
      case .notRun: notRun += 1
      case .error: error += 1
      }
    }
  }

  /// Claims that were put to a table.
  package var evaluated: Int { pass + fail + inconclusive }

  /// `3 pass, 1 fail, 2 not-run`; kinds that do not occur are left out.
  package var summary: String {
    let parts = [
      (pass, "pass"), (fail, "fail"), (inconclusive, "inconclusive"), (notRun, "not-run"), (error, "error"),
    ].filter { $0.0 > 0 }
    return parts.isEmpty ? "no claims" : parts.map { "\($0) \($1)" }.joined(separator: ", ")
  }
}
