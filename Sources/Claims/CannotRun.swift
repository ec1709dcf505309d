import Declarations
import ExperimentConfig

/// The verdict on a claim whose numbers cannot be had: an error, so that nobody takes it for borne out.
package func cannotRun(
  _ claim: ClaimSpec, because failure: any Failure, checks: CheckCatalog = checkCatalog
) -> Verdict {
  let check = try? checks.check(claim.check, claim.parameters)
  return Verdict(
    claim, expected: check?.expected ?? "", outcome: .error(failure), says: failure.message)
}

/// The one verdict on an experiment that has no claims, or whose claims cannot be read.
package func cannotRun(_ experiment: String, because failure: any Failure) -> Verdict {
  Verdict(
    claim: nil, id: experiment, source: "", says: "The experiment runs", table: "", check: "", paper: "",
    ours: "",
    number: nil, count: 0, interval: nil, level: 0.95, p: nil, adjusted: nil, outcome: .error(failure),
    explanation: failure.message)
}
