import Declarations
import ExperimentConfig

extension Plan {
  /// What keeps a plan that was read from a file from being one, as a sentence; nil where nothing does.
  ///
  /// The planner makes none of these; whoever wrote a manifest may have. Indices that lead nowhere would stop the
  /// program, and names would become paths.
  package var problem: String? {
    experimentProblem ?? runsProblem ?? tasksProblem
  }

  private var experimentProblem: String? {
    if !ConfigNames.isName(experiment.name) {
      return "\(quoted(experiment.name)) cannot be an experiment's name"
    }
    for stage in experiment.stages where !ConfigNames.isIdentifier(stage.id) {
      return "\(quoted(stage.id)) cannot be a stage's name"
    }
    for figure in experiment.figures where !ConfigNames.isName(figure.name) {
      return "\(quoted(figure.name)) cannot be a figure's name"
    }
    for axis in experiment.axes where axis.values.isEmpty || !ConfigNames.isIdentifier(axis.name) {
      return "the axis \(quoted(axis.name)) has no values or an invalid name"
    }
    let axes = experiment.axes.map(\.name)
    if let other = experiment.replicates, !axes.containsExactly(other) {
      return "there is no axis \(quoted(other))"
    }
    for name in experiment.stages.flatMap(\.over) where !axes.containsExactly(name) {
      return "there is no axis \(quoted(name))"
    }
    return repeated(experiment.stages.map(\.id)) ?? repeated(experiment.figures.map(\.name)) ?? repeated(axes)
  }

  private var runsProblem: String? {
    if runs.isEmpty { return "it has no runs" }
    for run in runs {
      // The planner makes them of names and values; they become folders.
      let bytes = run.name.utf8
      if bytes.isEmpty || bytes.count > 255 || bytes.first == UInt8(ascii: ".")
        || bytes.contains(where: { $0 == 0 || $0 == UInt8(ascii: "/") })
      {
        return "\(quoted(run.name)) cannot be a run's name"
      }
      if run.tasks.count != experiment.stages.count {
        return "the run \(quoted(run.name)) has \(counted(run.tasks.count, "task")) for "
          + counted(experiment.stages.count, "stage")
      }
      for (index, stage) in zip(run.tasks, experiment.stages) {
        guard tasks.indices.contains(index) else {
          return "the run \(quoted(run.name)) has a task \(index), and there are \(tasks.count)"
        }
        guard tasks[index].stage.isExactly(stage.id), tasks[index].phase == stage.phase else {
          return "the task \(quoted(tasks[index].id)) is not one of the stage \(quoted(stage.id))"
        }
      }
    }
    return repeated(runs.map(\.name))
  }

  private var tasksProblem: String? {
    for (index, task) in tasks.enumerated() {
      if let other = task.dependencies.first(where: { !(0..<index).contains($0) }) {
        return "the task \(quoted(task.id)) needs the task \(other), which does not come before it"
      }
      if !task.inputAxes.isEmpty, task.inputAxes.count != task.inputs.count {
        return "the task \(quoted(task.id)) has values on axes for \(task.inputAxes.count) of its "
          + counted(task.inputs.count, "input")
      }
    }
    return repeated(tasks.map(\.id))
  }

  private func repeated(_ names: [String]) -> String? {
    var seen: Set<ExactString> = []
    return names.first { !seen.insert(ExactString($0)).inserted }.map { "\(quoted($0)) is given twice" }
  }

  private func quoted(_ name: String) -> String { "\"\(PlainText.escaped(String(name.prefix(80))))\"" }
}
