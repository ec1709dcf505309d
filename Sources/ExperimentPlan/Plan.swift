import Declarations
import ExperimentConfig

/// A frozen experiment: every run, every task with its resolved parameters, in an order in which each
/// task follows what it needs. A plan is a value; making one runs nothing.
///
///     seed=0 ─ mlp@seed=0 ─ dots@seed=0 ─┐
///     seed=1 ─ mlp@seed=1 ─ dots@seed=1 ─┴─ tables/dots.csv ─ figures, claims
package struct Plan: Sendable, Equatable, Codable {
  package let experiment: Experiment
  package let runs: [Run]
  package let tasks: [PlannedTask]

  package init(experiment: Experiment, runs: [Run], tasks: [PlannedTask]) {
    self.experiment = experiment
    self.runs = runs
    self.tasks = tasks
  }

  /// One combination of the matrix.
  package struct Run: Sendable, Codable, Equatable {
    /// The folder's name, `activation=relu,seed=3`; `single` where there is no matrix.
    package let name: String
    /// The axes and this run's values, in the order of the file.
    package let axes: [AxisValue]
    /// Indices into the plan's tasks, one a stage, in the order of the stages.
    package let tasks: [Int]
  }
}

package struct AxisValue: Sendable, Codable, Hashable {
  package let name: String
  package let value: JSONValue
  package init(name: String, value: JSONValue) {
    self.name = name
    self.value = value
  }
}

/// One stage of one run, or of many runs that share it.
package struct PlannedTask: Sendable, Codable, Equatable {
  /// `loss@temperature=0.01`: the stage and the axes that reach it.
  package let id: String
  package let stage: String
  package let phase: StagePhase
  package let kind: String
  package let version: Int
  /// Resolved, defaults filled in, files absolute.
  package let parameters: JSONValue
  /// Those among the parameters that change no byte of the result, if there are any.
  package let excludedFromKey: [String]?
  /// Files among the parameters, by field.
  package let files: [DataFile]
  /// The experiment's or the run's seed; nil for stages that draw nothing.
  package let seed: UInt64?
  /// Tasks that `from` names, by index.
  package let inputs: [Int]
  /// `from` names several stages, though some may not be run: rows say which they are of.
  package let namesInputs: Bool
  /// For an evaluation over axes: the values on them that each input was made with; else empty.
  package let inputAxes: [[AxisValue]]
  /// Tasks that parameters name, by parameter.
  package let references: [String: Int]
  /// Whether its embeddings are stored.
  package let keeps: Bool
  /// Why it is not to be run: optional data that are absent, here or upstream.
  package let notRun: String?
  /// Parameters whose data set is read from files, and whose seed draws no more than the order or the choice of its
  /// items; nil where there are none.
  package let resampled: [String]?
  /// What random numbers it draws itself, weights, items or batches.
  package let chance: Chance

  private enum CodingKeys: String, CodingKey {
    case id, stage, phase, kind, version, parameters, files, seed, inputs, namesInputs, inputAxes, references,
      keeps, notRun, resampled, chance
    case excludedFromKey = "immaterial"
  }

  package var isRunnable: Bool { notRun == nil }

  /// Everything it waits for.
  package var dependencies: [Int] { inputs + references.values.sorted() }
}

/// A data file that a task reads, or all files together that a data set lists.
package struct DataFile: Sendable, Codable, Equatable {
  package let field: String
  package let path: String
  package let member: String?
  /// SHA-256 of the content when the plan was made; nil where the file was absent.
  package let digest: String?
  /// The data set whose files are meant; nil for a single file.
  package var listedBy: JSONValue?
}
