import Claims
import Contracts
import Declarations
import ExperimentPlan
import Files
import Foundation
import HDF5
import Kernels
import Regression
import Stages
import Storage

/// What a night compares of an experiment, and what it was made with.
package struct NightNumbers: Sendable {
  package let experiment: String
  package let numbers: [ReferenceNumber]
  /// What is not compared, each as a sentence.
  package let leftOut: [String]
  package let manifest: ManifestValues
  /// By `table/quantity`, and by `claim/ID` where the claim is on one.
  package let units: [String: String]

  /// - Throws: `RegressionFailure`; the store's, where a table cannot be read.
  package init(
    _ summary: RunSummary, root: String, config folder: String, jobs: Int? = nil,
    catalog: StageCatalog = stageCatalog
  ) throws {
    let plan = summary.plan
    let store = try ArtefactStore(results: root, transforms: catalog.transforms)
    let tables = ResultTables(plan: plan, outcomes: summary.outcomes, catalog: catalog) {
      try store.loadTables($0)
    }
    experiment = plan.experiment.name
    let trained = plan.trainedStages
    let selection = try NumberSelection(
      experiment: experiment,
      tables: tables.names.map { name in
        ResultTable(
          name, try tables.table(name), summary: try tables.summary(of: name, isKept: false),
          axes: tables.axes, isTrained: trained.contains(ExactString(TableName(name).stage)))
      },
      digests: Self.digests(summary))
    numbers = selection.numbers + Self.claims(summary)
    leftOut = selection.leftOut
    units = selection.units.merging(Self.units(ofClaims: summary, selection.units)) { own, _ in own }
    manifest = Self.manifest(summary, folder, jobs)
  }

  /// Of each stage, over those of its tasks; none where one of them has no result.
  private static func digests(_ summary: RunSummary) -> [(stage: String, digest: String)] {
    summary.plan.experiment.stages.compactMap { stage in
      let tasks = summary.plan.tasks.indices.filter { summary.plan.tasks[$0].stage.isExactly(stage.id) }
      let digests = tasks.compactMap { summary.outcomes[$0]?.record?.digest.hex }
      guard !digests.isEmpty, digests.count == tasks.count else { return nil }
      let lines = zip(tasks, digests).map { "\(summary.plan.tasks[$0].id) \($1)" }
      return (stage.id, NumberSelection.digest(ofTasks: lines))
    }
  }

  private static func claims(_ summary: RunSummary) -> [ReferenceNumber] {
    summary.verdicts.map { verdict in
      ReferenceNumber(
        experiment: summary.plan.experiment.name, claim: verdict.id, verdict: verdict.outcome.word,
        count: verdict.count > 0 ? verdict.count : nil, interval: verdict.interval, level: verdict.level)
    }
  }

  /// Of claims on a number itself; a difference or a ratio may have another unit.
  private static func units(ofClaims summary: RunSummary, _ units: [String: String]) -> [String: String] {
    let claims = summary.plan.experiment.claims.filter { ["value", "range"].contains($0.check) }
    return Dictionary(
      claims.compactMap { claim in
        let quantity = claim.parameters["of"]?.string ?? ""
        return NumberSelection.unit(of: "\(claim.table)/\(quantity)", units).map { ("claim/\(claim.id)", $0) }
      }, uniquingKeysWith: { first, _ in first })
  }

  private static func manifest(_ summary: RunSummary, _ folder: String, _ jobs: Int?) -> ManifestValues {
    let git = GitState(folder: folder)
    let records = zip(summary.plan.tasks, summary.outcomes).compactMap { task, outcome in
      (outcome?.record).map { (task.stage, $0.keyTree) }
    }
    return ManifestValues(
      config: summary.plan.experiment.source, revision: git?.revision, isDirty: git?.isDirty,
      keys: Dictionary(records.map { ($0, brief($1)) }, uniquingKeysWith: { first, _ in first }),
      environment: .current, jobs: jobs)
  }

  /// Of a key's tree what explains a number: which code and which files.
  private static func brief(_ tree: JSONValue) -> JSONValue {
    .object((tree.object ?? [:]).filter { ["stage", "version", "files"].contains($0.key) })
  }
}

extension NumericEnvironment {
  /// This process's.
  package static var current: NumericEnvironment {
    NumericEnvironment(
      cpu: CPUClass(cpuinfo: SystemText.read("/proc/cpuinfo")), openblas: BLASKernel.version,
      openblasKernel: BLASKernel.name, compiler: Machine.compilerVersion, hdf5: HDF5Version.text,
      numericPolicy: NumericPolicy.current)
  }
}

extension Plan {
  /// Stages in whose numbers a training is.
  package var trainedStages: Set<ExactString> {
    var isTrained = [Bool](repeating: false, count: tasks.count)
    for (index, task) in tasks.enumerated() {
      isTrained[index] = task.phase == .train || task.dependencies.contains { isTrained[$0] }
    }
    return Set(zip(tasks, isTrained).filter(\.1).map { ExactString($0.0.stage) })
  }
}
