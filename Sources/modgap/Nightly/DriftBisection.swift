import Declarations
import Execution
import Files
import Foundation
import Kernels
import Regression
import Runner

/// What explains the moved numbers of one experiment: each thing that changed since the reference is restored, one at a
/// time and all together.
struct DriftBisection {
  struct Result {
    let experiment: String
    let judged: Int
    let changes: [ManifestChange]
    let explanation: DriftExplanation
    /// With the reason.
    let kept: [(change: ManifestChange, reason: String)]
  }

  let run: DriftRun
  let numbers: [ReferenceNumber]
  let manifest: ManifestValues
  /// What `--restore` names; empty for all that can be restored.
  let wanted: [String]

  /// - Throws: `Cancelled`; why the experiment does not run as it is; `UsageError` where `--restore` names no change.
  func result() throws -> Result {
    tell("computing it as it is here, in a fresh store")
    let now = try run.run([])
    let moved = try moved(now, among: numbers)
    let changes = ManifestDifference(from: manifest, to: now.manifest).items
    guard !moved.keys.isEmpty else {
      return Result(
        experiment: run.experiment, judged: moved.judged, changes: changes,
        explanation: DriftExplanation(moved: [], singles: [], together: nil), kept: [])
    }
    let restorations = try chosen(changes.compactMap(Restoration.init))
    var policies: Set<String> = []
    let singles = try restorations.map { try attempt([$0], moved.keys, &policies) }
    let together = restorations.count > 1 ? try attempt(restorations, moved.keys, &policies) : nil
    return Result(
      experiment: run.experiment, judged: moved.judged, changes: changes,
      explanation: DriftExplanation(moved: moved.keys, singles: singles, together: together),
      kept: changes.compactMap { kept($0, policies: policies) })
  }

  private func tell(_ text: String) { Terminal.err("\(run.experiment): \(text)") }

  private func moved(_ made: DriftRun.Made, among reference: [ReferenceNumber]) throws -> MovedNumbers {
    try MovedNumbers(
      reference, made.numbers, EnvironmentClass(manifest.environment, made.manifest.environment))
  }

  private func chosen(_ possible: [Restoration]) throws -> [Restoration] {
    let words = possible.map(\.word)
    for word in wanted where !words.containsExactly(word) {
      throw UsageError.badValue(
        option: "--restore", found: word,
        expected: words.isEmpty
          ? "nothing, as nothing that changed can be restored here"
          : "one of \(words.joined(separator: ", "))", command: run.arguments.command)
    }
    return wanted.isEmpty ? possible : possible.filter { wanted.containsExactly($0.word) }
  }

  private func attempt(
    _ restored: [Restoration], _ moved: [NumberKey], _ policies: inout Set<String>
  ) throws -> DriftExplanation.Attempt {
    let names = restored.map(\.name)
    tell("restoring \(names.joined(separator: ", "))")
    do {
      let made = try run.run(restored)
      policies.insert(made.manifest.environment.numericPolicy)
      let still = Set(try self.moved(made, among: numbers).keys)
      return DriftExplanation.Attempt(restored: names, back: Set(moved).subtracting(still))
    } catch let failure as any Failure {
      return DriftExplanation.Attempt(restored: names, problem: explain(failure))
    }
  }

  /// The policy comes back with OpenBLAS's kernel, where it is nothing but that.
  private func kept(_ change: ManifestChange, policies: Set<String>) -> (ManifestChange, String)? {
    if case .numericPolicy = change.kind, policies.contains(manifest.environment.numericPolicy) { return nil }
    if let restoration = Restoration(change) {
      return wanted.isEmpty || wanted.containsExactly(restoration.word)
        ? nil : (change, "--restore does not name it")
    }
    if case .openblasKernel(let kernel) = change.kind {
      return (
        change,
        "OpenBLAS does not run \(kernel) on this CPU; modgap doctor --kernels lists those that it does"
      )
    }
    return (change, change.reasonItStays ?? "it is out of range")
  }
}
