import Declarations

extension Experiment {
  /// What claims leave unsaid that a reader needs to judge their verdicts: the basis, and where a tolerance comes
  /// from. Such a config still runs, its claims counted apart; `validate` refuses it.
  package func unstatedClaims(_ grammar: Grammar, _ places: SourceMap) -> [ConfigIssue] {
    claims.enumerated().flatMap { index, claim -> [ConfigIssue] in
      let signature = grammar.checks.first { $0.name == claim.check }
      let bounds = signature?.bounds ?? []
      let tolerances = bounds.filter { claim.parameters[$0]?.number.map { $0 != 0 } ?? false }
      let path = "claims[\(index)]"
      let position = places.position("claim \(claim.id)")
      var issues: [ConfigIssue] = []
      if claim.basis == nil {
        let words = ClaimBasis.allCases.map { "\"\($0.rawValue)\"" }.joined(separator: ", ")
        issues.append(
          ConfigIssue(
            at: position, path: "\(path).basis", found: "",
            expected: "the required key \"basis\" is missing: one of \(words)"))
      }
      if claim.boundFrom == nil, let tolerance = tolerances.first {
        let words = (BoundSource.words.map(\.word) + ["design"]).map { "\"\($0)\"" }.joined(separator: ", ")
        issues.append(
          ConfigIssue(
            at: position, path: "\(path).bound_from", found: "",
            expected:
              "the check has the bound \"\(tolerance)\", so \"bound_from\" must say where it comes from: one "
              + "of \(words)"))
      }
      for demand in signature?.demands ?? [] where claim.parameters[demand.name] == nil {
        if let beside = demand.beside, claim.parameters[beside] == nil { continue }
        issues.append(
          ConfigIssue(
            at: position, path: "\(path).check.\(claim.check).\(demand.name)", found: "",
            expected: "the required key \"\(demand.name)\" is missing"
              + (demand.beside.map { ", which \"\($0)\" needs" } ?? "")))
      }
      return issues
    }
  }
}
