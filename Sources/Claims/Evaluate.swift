import Contracts
import Declarations
import ExperimentConfig

/// Puts a claim to its table.
///
/// A selection that no row has is an error, never a pass; rows that are absent because optional data
/// are missing make the claim `not-run`.
package func evaluate(
  _ claim: ClaimSpec, table: FoundTable, axes: RunAxes = RunAxes(), checks: CheckCatalog = checkCatalog
) -> Verdict {
  var expected = ""
  do {
    let check = try checks.check(claim.check, claim.parameters)
    expected = check.expected
    let finding = try check.judge { narrower in
      try SelectedRows(
        of: table, named: claim.table, where: merging(claim.selection, narrower), axes: axes)
    }
    return Verdict(claim, expected: expected, finding: finding)
  } catch let notRun as NotRun {
    return Verdict(claim, expected: expected, outcome: .notRun(notRun.reason), says: notRun.reason)
  } catch let failure as any Failure {
    return Verdict(claim, expected: expected, outcome: .error(failure), says: failure.message)
  } catch {
    let failure = RowFailure.badParameter("the claim", expected: "valid: \(error)")
    return Verdict(claim, expected: expected, outcome: .error(failure), says: failure.message)
  }
}

extension Verdict {
  init(_ claim: ClaimSpec, expected: String, finding: Finding) {
    let outcome: Outcome =
      switch finding.decision {
      case .pass: .pass
      case .fail: .fail
      case .inconclusive: .inconclusive
      }
    self.init(
      id: claim.id, source: claim.source, says: claim.says, table: claim.table, check: claim.check,
      paper: expected, ours: finding.ours, number: finding.number, count: finding.count,
      interval: finding.interval, outcome: outcome, explanation: finding.explanation)
  }

  /// A claim that no number was computed for.
  init(_ claim: ClaimSpec, expected: String, outcome: Outcome, says explanation: String) {
    self.init(
      id: claim.id, source: claim.source, says: claim.says, table: claim.table, check: claim.check,
      paper: expected, ours: "", number: nil, count: 0, interval: nil, outcome: outcome,
      explanation: explanation)
  }
}
