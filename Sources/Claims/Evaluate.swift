import Contracts
import Declarations
import ExperimentConfig
import Statistics

/// What came of putting a claim to its table, before it is known how many tests there are beside it.
package struct Judgement: Sendable {
  enum Result: Sendable {
    case found(Finding)
    case notRun(String)
    case error(any Failure)
  }

  let claim: ClaimSpec
  let expected: String
  let result: Result
}

/// Puts a claim to its table.
///
/// A selection that no row has is an error, never a pass; rows that are absent because optional data
/// are missing make the claim `not-run`.
package func judge(
  _ claim: ClaimSpec, table: FoundTable, resamples: FoundTable? = nil, axes: RunAxes = RunAxes(),
  checks: CheckCatalog = checkCatalog
) -> Judgement {
  var expected = ""
  func judgement(_ result: Judgement.Result) -> Judgement {
    Judgement(claim: claim, expected: expected, result: result)
  }
  do {
    let check = try checks.check(claim.check, claim.parameters)
    expected = check.expected
    let needsResamples = checks.asksForPairs(claim.check, claim.parameters)
    // A number that others computed from the same files is that number; a statement of the paper is about data like these.
    let spread = needsResamples || claim.basis == .paper ? resamples : nil
    let finding = try check.judge { narrower in
      try SelectedRows(
        of: table, named: claim.table, where: merging(claim.selection, narrower), axes: axes,
        resamples: spread, needsResamples: needsResamples)
    }
    return judgement(.found(finding))
  } catch let notRun as NotRun {
    return judgement(.notRun(notRun.reason))
  } catch let failure as any Failure {
    return judgement(.error(failure))
  } catch {
    return judgement(.error(RowFailure.badParameter("the claim", expected: "valid: \(error)")))
  }
}

/// The verdicts on the claims of one run. Their tests are one family: each is decided at 5% with Holm's correction for
/// all of them.
package func decide(_ judgements: [Judgement]) -> [Verdict] {
  let tested = judgements.enumerated().compactMap { index, judgement in
    judgement.evidence?.p.map { (index, $0) }
  }
  let adjusted = Dictionary(
    uniqueKeysWithValues: zip(tested.map(\.0), SeveralTests.holm(tested.map(\.1))))
  return judgements.enumerated().map { index, judgement in
    Verdict(judgement, adjusted: adjusted[index], family: tested.count)
  }
}

extension Judgement {
  var evidence: Evidence? {
    if case .found(let finding) = result { return finding.evidence }
    return nil
  }
}

extension Verdict {
  init(_ judgement: Judgement, adjusted: Double?, family: Int) {
    switch judgement.result {
    case .found(let finding):
      self.init(judgement.claim, expected: judgement.expected, finding, adjusted: adjusted, family: family)
    case .notRun(let reason):
      self.init(judgement.claim, expected: judgement.expected, outcome: .notRun(reason), says: reason)
    case .error(let failure):
      self.init(
        judgement.claim, expected: judgement.expected, outcome: .error(failure), says: failure.message)
    }
  }

  private init(
    _ claim: ClaimSpec, expected: String, _ finding: Finding, adjusted: Double?, family: Int
  ) {
    let alone = finding.evidence.decision()
    let decision = finding.evidence.decision(adjusted: adjusted)
    let outcome = Self.outcome(decision, isExpected: claim.differsBecause == nil)
    var explanation = finding.explanation
    if case .none(let reason) = finding.evidence { explanation += "; \(reason)" }
    if let adjusted, let p = finding.evidence.p, family > 1, alone != decision {
      explanation +=
        "; p = \(readable(p)) would decide it alone, but with Holm's correction for \(family) tests it is "
        + readable(adjusted)
    }
    if let because = claim.differsBecause {
      explanation += "; \(Self.words(decision))\(because)"
    }
    self.init(
      claim: claim, id: claim.id, source: claim.source, says: claim.says, table: claim.table,
      check: claim.check,
      paper: expected, ours: finding.ours, number: finding.number, count: finding.count,
      interval: finding.interval, level: finding.level, p: finding.evidence.p,
      adjusted: adjusted ?? finding.evidence.p, outcome: outcome, explanation: explanation)
  }

  /// What goes before the reason why a statement is known not to hold.
  private static func words(_ decision: Finding.Decision) -> String {
    switch decision {
    case .pass: "this was not expected: "
    case .broken: "a statement that does not hold was expected, but not this: "
    case .fail, .inconclusive: ""
    }
  }

  /// Of a statement that is known not to hold, the failure is what is expected, and holding is none.
  private static func outcome(_ decision: Finding.Decision, isExpected: Bool) -> Outcome {
    switch decision {
    case .inconclusive: .inconclusive
    case .pass: isExpected ? .pass : .fail
    case .fail: isExpected ? .fail : .differs
    case .broken: .fail
    }
  }

  /// A claim that no number was computed for.
  init(_ claim: ClaimSpec, expected: String, outcome: Outcome, says explanation: String) {
    self.init(
      claim: claim, id: claim.id, source: claim.source, says: claim.says, table: claim.table,
      check: claim.check,
      paper: expected, ours: "", number: nil, count: 0, interval: nil, level: 0.95, p: nil, adjusted: nil,
      outcome: outcome, explanation: explanation)
  }
}
