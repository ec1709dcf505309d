import Contracts
import Declarations
import Execution
import ExperimentPlan
import Files
import Foundation
import Kernels
import Metrics
import Stages
import Storage

/// The embeddings of one stage, as they are after all shifts, for files of other programs.
package struct StageExport {
  private let plan: Plan
  private let run: Plan.Run
  private let stage: String
  private let member: EmbeddingFamily.Member
  package let embeddings: Embeddings

  /// - Parameters:
  ///   - run: the name of a run; nil for the first.
  ///   - member: which of several sets of embeddings; nil where there is one.
  /// - Throws: `ExportFailure`; what the store throws.
  package init(
    _ plan: Plan, stage: String, run name: String?, member: Int?, resultsRoot: String, recipe: RunRecipe,
    budget: ThreadBudget, catalog: StageCatalog = stageCatalog
  ) throws {
    let found = name.map { name in plan.runs.first { $0.name == name } } ?? plan.runs.first
    guard let run = found else { throw ExportFailure.noSuchRun(name ?? "", known: plan.runs.map(\.name)) }
    guard let task = run.tasks.first(where: { plan.tasks[$0].stage == stage }) else {
      throw RunFailure.unknownStageID(stage, known: plan.experiment.stages.map(\.id))
    }
    let status = try PlanStatus(plan, resultsRoot: resultsRoot, catalog: catalog)
    guard case .cached(let record) = status.states[task] else {
      throw ExportFailure.notComputed(stage, command: recipe.command(["--only", stage]))
    }
    guard plan.tasks[task].keeps else { throw ExportFailure.notKept(stage) }
    guard record.kind != .tables else { throw ExportFailure.noEmbeddings(stage) }
    let store = try ArtefactStore(results: resultsRoot, transforms: catalog.transforms)
    guard let family = try store.load(record).embeddings else { throw ExportFailure.noEmbeddings(stage) }
    self.member = try Self.chosen(member, of: family, stage)
    embeddings = try family.materialized(self.member, budget)
    (self.plan, self.run, self.stage) = (plan, run, stage)
  }

  private static func chosen(
    _ index: Int?, of family: EmbeddingFamily, _ stage: String
  ) throws -> EmbeddingFamily.Member {
    let known = family.members.map { member in
      member.coordinates.map { "\($0.name) \($0.value.plain)" }.joined(separator: ", ")
    }
    guard let index = index ?? (family.members.count == 1 ? 0 : nil), family.members.indices.contains(index)
    else { throw ExportFailure.whichMember(stage, found: index, known: known) }
    return family.members[index]
  }

  /// Files by name: `x.npy`, `y.npy`, and `partner.npy` (for each row of y its row of x) where that is not the same row.
  package func arrays() throws -> [(name: String, bytes: [UInt8])] {
    let x = embeddings.x
    var files = [(name: "x.npy", bytes: NPYWriter.data(x.values, shape: [x.rows, x.columns]))]
    guard let y = embeddings.y else { return files }
    files.append((name: "y.npy", bytes: NPYWriter.data(y.values, shape: [y.rows, y.columns])))
    let partners = try embeddings.partners()
    if partners.isPaired, embeddings.pairing != .identity {
      files.append(
        (name: "partner.npy", bytes: NPYWriter.data(partners.rowOfX, shape: [partners.rowOfX.count])))
    }
    return files
  }

  /// The same as anndata's `.h5ad`.
  package func annData() throws -> [UInt8] {
    try AnnDataFile.make(
      embeddings,
      origin: AnnDataFile.Origin(
        experiment: plan.experiment.name, run: run.name, stage: stage, config: plan.experiment.source,
        coordinates: member.coordinates))
  }
}

/// Why a stage's embeddings cannot be exported.
package enum ExportFailure: Failure {
  case noSuchRun(String, known: [String])
  case notComputed(String, command: ShellCommand)
  case notKept(String)
  case noEmbeddings(String)
  /// `known` are the coordinates of each member.
  case whichMember(String, found: Int?, known: [String])

  package var kind: FailureKind {
    switch self {
    case .noSuchRun, .whichMember, .noEmbeddings: .usage
    case .notComputed, .notKept: .invalidInput
    }
  }

  package var message: String {
    switch self {
    case .noSuchRun(let name, let known):
      "export: there is no run `\(name)`"
        + (nearestName(to: name, among: known).map { "; did you mean `\($0)`?" } ?? "")
        + "; the runs are " + Self.some(known.map { "`\($0)`" })
    case .notComputed(let stage, let command):
      "export: the embeddings of `\(stage)` are not in the store; compute them first: \(command)"
    case .notKept(let stage):
      "export: `\(stage)` has `keep` false, so its embeddings are not stored; set it to true and run the stage again"
    case .noEmbeddings(let stage): "export: `\(stage)` gives tables, not embeddings; name a stage before it"
    case .whichMember(let stage, let found, let known):
      "export: `\(stage)` gives \(counted(known.count, "set")) of embeddings"
        + (found.map { ", but `--member` is \($0)" } ?? "") + "; choose one with `--member`: "
        + Self.some(known.enumerated().map { "\($0) (\($1))" })
    }
  }

  private static func some(_ names: [String]) -> String {
    names.prefix(8).joined(separator: ", ") + (names.count > 8 ? " and \(names.count - 8) more" : "")
  }
}
