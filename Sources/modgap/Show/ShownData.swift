import Datasets
import Declarations
import ExperimentConfig
import ExperimentPlan

/// Why a data set cannot be shown.
enum ShowFailure: Failure, Equatable {
  case noSuchData(String, known: [String])
  case severalData(stage: String, parameters: [String])
  case noSuchRun(String, known: [String])
  /// Items that are neither images, texts nor tokens.
  case onlyNumbers(kind: String, count: Int)

  var kind: FailureKind {
    switch self {
    case .noSuchData, .severalData, .noSuchRun: .usage
    case .onlyNumbers: .invalidInput
    }
  }

  var message: String {
    switch self {
    case .noSuchData(let name, let known):
      "show: the config has no data set `\(name)`"
        + (nearestName(to: name, among: known).map { "; did you mean `\($0)`?" } ?? "")
        + (known.isEmpty
          ? "; neither `data` nor a stage has a data set"
          : "; the data sets are " + known.map { "`\($0)`" }.joined(separator: ", "))
    case .severalData(let stage, let parameters):
      "show: the stage `\(stage)` has several data sets; choose one: "
        + parameters.map { "`\(stage).\($0)`" }.joined(separator: ", ")
    case .noSuchRun(let name, let known):
      "show: there is no run `\(name)`"
        + (nearestName(to: name, among: known).map { "; did you mean `\($0)`?" } ?? "")
        + "; the runs are " + known.prefix(8).map { "`\($0)`" }.joined(separator: ", ")
        + (known.count > 8 ? " and \(known.count - 8) more" : "")
    case .onlyNumbers(let kind, let count):
      "show: items of the kind `\(kind)` are vectors of \(count) numbers, which cannot be shown as images or texts; "
        + "run a stage on them and look at its embeddings in embeddings.h5"
    }
  }
}

/// The data sets of an experiment by the names that `show` takes: entries of `data`, stages, and a stage's
/// parameters, as in `train.validation`.
struct ShownData {
  private let experiment: Experiment
  private let planner: Planner
  private let plan: Plan
  private let run: Plan.Run

  /// - Throws: `ShowFailure.noSuchRun`; what planning throws.
  init(_ experiment: Experiment, run name: String?) throws {
    self.experiment = experiment
    // What files hold is nothing to a name.
    var planner = Planner(
      experiment, grammar: CommonOptions.grammar, files: .disk.digesting { _ in "" })
    let plan = try planner.plan()
    let found = name.map { name in plan.runs.first { $0.name == name } } ?? plan.runs.first
    guard let found else { throw ShowFailure.noSuchRun(name ?? "", known: plan.runs.map(\.name)) }
    self.planner = planner
    self.plan = plan
    run = found
  }

  /// - Throws: `ShowFailure`.
  func description(of name: String) throws -> DataDescription {
    if experiment.data[name] != nil {
      var planner = planner
      return DataDescription(try planner.dataSet(name, in: run).object ?? [:])
    }
    let parts = name.split(separator: ".", maxSplits: 1).map(String.init)
    let found = sets(of: parts.first ?? "").filter { parts.count == 1 || $0.parameter == parts[1] }
    guard let first = found.first else {
      throw ShowFailure.noSuchData(name, known: known)
    }
    guard found.count == 1 else {
      throw ShowFailure.severalData(stage: parts[0], parameters: found.map(\.parameter))
    }
    return DataDescription(first.values)
  }

  /// The data sets of a stage in this run.
  private func sets(of stage: String) -> [(parameter: String, values: [String: JSONValue])] {
    guard let task = run.tasks.map({ plan.tasks[$0] }).first(where: { $0.stage == stage }) else { return [] }
    let signature = CommonOptions.grammar.stages.first { $0.phase == task.phase && $0.kind == task.kind }
    return (signature?.dataParameters ?? []).compactMap { parameter in
      guard case .object(let values)? = task.parameters[parameter.name], values["kind"] != nil else {
        return nil
      }
      return (parameter.name, values)
    }
  }

  private var known: [String] {
    experiment.data.keys.sorted()
      + experiment.stages.map(\.id).filter { experiment.data[$0] == nil && !sets(of: $0).isEmpty }
  }
}
