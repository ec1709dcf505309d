import Declarations
import ExperimentConfig
import Statistics

/// What became of a claim: the paper's value beside ours.
package struct Verdict: Sendable {
  package enum Outcome: Sendable {
    case pass, fail, inconclusive
    /// The paper's statement does not hold, as the claim says in advance.
    case differs
    /// Optional data are missing; the sentence says which and how to get them.
    case notRun(String)
    /// The claim could not be put to the table.
    case error(any Failure)
  }

  /// Of a claim of the experiment; nil where the verdict is on the experiment as a whole.
  package let claim: ClaimSpec?
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
  /// The interval over the replicates that decides, and its level.
  package let interval: Interval?
  package let level: Double
  /// Of the test that decides, alone and with Holm's correction for all tests of the run; nil where none does.
  package let p: Double?
  package let adjusted: Double?
  package let outcome: Outcome
  package let explanation: String
  /// What the number depends on, from the resolved config: data, sizes, steps, what the replicates vary.
  package var conditions: [String] = []

  package var basis: ClaimBasis? { claim?.basis }
  package var boundFrom: BoundSource? { claim?.boundFrom }
}

extension Verdict.Outcome {
  package var word: String {
    switch self {
    case .pass: "pass"
    case .fail: "fail"
    case .inconclusive: "inconclusive"
    case .differs: "differs"
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
  package private(set) var differs = 0
  package private(set) var notRun = 0
  package private(set) var error = 0

  package init(_ verdicts: [Verdict]) {
    for verdict in verdicts {
      switch verdict.outcome {
      case .pass: pass += 1
      case .fail: fail += 1
      case .inconclusive: inconclusive += 1
      case .differs: differs += 1
      case .notRun: notRun += 1
      case .error: error += 1
      }
    }
  }

  /// Claims that were decided.
  package var judged: Int { pass + fail + differs }

  /// `3 pass, 1 fail, 2 not-run`; kinds that do not occur are left out.
  package var summary: String {
    let parts = [
      (pass, "pass"), (fail, "fail"), (differs, "differs"), (inconclusive, "inconclusive"),
      (notRun, "not-run"),
      (error, "error"),
    ].filter { $0.0 > 0 }
    return parts.isEmpty ? "no claims" : parts.map { "\($0) \($1)" }.joined(separator: ", ")
  }
}
