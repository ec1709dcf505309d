import Declarations
import ExperimentConfig

/// Verdicts counted by what they are worth, each statement once however many claims make it.
package struct StatementCounts: Sendable, Equatable {
  package private(set) var hold = 0
  package private(set) var differ = 0
  package private(set) var undecided = 0
  package private(set) var unchecked = 0

  /// - Parameter basis: nil for claims that do not say theirs.
  package init(_ verdicts: [Verdict], basis: ClaimBasis?) {
    let statements = Dictionary(grouping: verdicts) { ExactString($0.claim?.statement ?? $0.id) }
    self.init(statements: Array(statements.values), basis: basis)
  }

  /// - Parameter statements: the verdicts on the claims of each.
  init(statements: [[Verdict]], basis: ClaimBasis?) {
    for all in statements {
      let claims = all.filter { $0.claim != nil && $0.basis == basis }
      if claims.isEmpty { continue }
      let counts = VerdictCounts(claims)
      if counts.fail + counts.differs > 0 {
        differ += 1
      } else if counts.inconclusive + counts.error > 0 {
        undecided += 1
      } else if counts.pass > 0 {
        hold += 1
      } else {
        unchecked += 1
      }
    }
  }

  package var checked: Int { hold + differ + undecided }
  package var all: Int { checked + unchecked }

  /// `12 checked: 10 hold, 1 differs, 1 is undecided; 3 cannot be checked here`.
  package var summary: String {
    var parts: [String] = []
    if hold > 0 { parts.append("\(hold) hold\(hold == 1 ? "s" : "")") }
    if differ > 0 { parts.append("\(differ) differ\(differ == 1 ? "s" : "")") }
    if undecided > 0 { parts.append("\(undecided) \(undecided == 1 ? "is" : "are") undecided") }
    let found = parts.isEmpty ? "" : ": " + parts.joined(separator: ", ")
    return "\(checked) checked\(found)" + (unchecked > 0 ? "; \(unchecked) cannot be checked here" : "")
  }
}

extension [Verdict] {
  /// A line for each basis that occurs, the paper's first.
  package var linesByBasis: [String] {
    let statements = Dictionary(grouping: self) { ExactString($0.claim?.statement ?? $0.id) }
    return linesByBasis(statements: statements.values.map { $0 })
  }

  /// The same of statements of several experiments, whose ids may be equal.
  package func linesByBasis(statements: [[Verdict]]) -> [String] {
    let lines: [(ClaimBasis?, String)] = [
      (.paper, "statements of the paper"), (.notebook, "outputs of the authors' code"),
      (.derived, "closed forms and bounds of ours"), (.beyond, "statements of later papers, or of ours"),
      (nil, "claims without a basis"),
    ]
    return lines.compactMap { basis, words in
      let counts = StatementCounts(statements: statements, basis: basis)
      return counts.all == 0 ? nil : "\(words): \(counts.summary)"
    }
  }

  /// What the tests of these claims have in common; nil where there are fewer than two.
  package var family: String? {
    let count = count { $0.p != nil }
    guard count > 1 else { return nil }
    return
      "\(count) claims are decided by a test at \(Int(Evidence.level * 100))%, with Holm's correction for all of them"
  }

  /// Nothing was decided, though there was something to decide: status 3.
  package var areUndecided: Bool {
    let counts = VerdictCounts(self)
    return counts.judged == 0 && counts.error == 0 && counts.inconclusive > 0
  }
}
