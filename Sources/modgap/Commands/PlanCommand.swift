import Declarations
import ExperimentPlan
import Runner

extension Command {
  static let plan = Command(
    name: "plan",
    summary:
      "shows for each run and stage whether it is cached or to be computed, why, and how long it takes",
    usage: "CONFIG|FOLDER… [--json | --dot] [--all] [--set PATH=VALUE]",
    examples: [
      ("modgap plan configs/figure3.json", "a table of the stages"),
      ("modgap plan configs", "of all configs of a folder, and what they take together"),
      ("modgap plan configs/figure3.json --dot | dot -Tsvg > plan.svg", "the graph, drawn by Graphviz"),
    ],
    options: [
      CommonOptions.set, CommonOptions.env, CommonOptions.results, CommonOptions.jobs, CommonOptions.json,
      .flag("--dot", "print the graph in Graphviz's language"),
      .flag("--all", "list every task, however many there are"),
    ]
  ) { arguments in
    let jobs = try arguments.jobs()
    var (printers, failures): ([PlanPrinter], [any Failure]) = ([], [])
    for config in try arguments.configs() {
      do {
        printers.append(try printer(config, arguments, jobs))
      } catch let failure as any Failure where arguments.namesSeveral {
        failures.append(failure)
        Terminal.errLines("\(config) cannot be planned:\n\(failure.message)")
      }
    }
    if arguments.has("--dot") {
      try Terminal.out(PlanPrinter.dot(printers, isSeveral: arguments.namesSeveral))
    } else if let only = printers.first, !arguments.namesSeveral {
      if arguments.has("--json") {
        try Terminal.out(only.json)
      } else {
        try Terminal.out(only.text(showsAll: arguments.has("--all")))
      }
    } else if arguments.has("--json") {
      try Terminal.out(PlanPrinter.json(printers))
    } else {
      for printer in printers {
        try Terminal.out("== \(printer.name)\n\(printer.text(showsAll: arguments.has("--all")))\n")
      }
      try Terminal.out(PlanPrinter.total(printers))
    }
    return runStatus(errors: failures, verdicts: [])
  }

  private static func printer(_ config: String, _ arguments: Arguments, _ jobs: Int) throws -> PlanPrinter {
    let loaded = try arguments.load(named: config)
    let folder = ResultsFolder(root: arguments.resultsRoot, experiment: loaded.experiment.name)
    if let warning = folder.warning { Terminal.err("modgap: " + warning) }
    return PlanPrinter(try PlanStatus(loaded.plan, resultsRoot: arguments.resultsRoot), jobs: jobs)
  }
}

/// A plan's status as text, JSON or a graph.
struct PlanPrinter {
  let status: PlanStatus
  let jobs: Int
  private static let mostShown = 100

  init(_ status: PlanStatus, jobs: Int) {
    self.status = status
    self.jobs = jobs
  }

  var name: String { status.plan.experiment.name }

  func text(showsAll: Bool) -> String {
    let tasks = status.plan.tasks
    let shown = showsAll ? tasks.count : min(tasks.count, Self.mostShown)
    let width = min(48, tasks.prefix(shown).map(\.id.count).max() ?? 0)
    var text = ""
    for index in 0..<shown {
      let (word, why) = words(index)
      let time =
        ["to run", "waits"].contains(word)
        ? prediction(index).map { "about \(Duration.seconds($0).brief)" } ?? "" : ""
      text +=
        "\(tasks[index].id.padding(to: width))  \(word.padding(to: 8))  \(time.padding(to: 12))  \(why)\n"
    }
    if shown < tasks.count { text += "… and \(tasks.count - shown) more (--all lists them)\n" }
    return text + summary
  }

  private var summary: String {
    let open = status.states.count { if case .toRun = $0 { true } else { false } }
    let waiting = status.states.count { if case .afterUpstream = $0 { true } else { false } }
    let cached = status.states.count { if case .cached = $0 { true } else { false } }
    let seconds = status.predictedSeconds(jobs: jobs)
    let time = seconds > 0 ? ", about \(Duration.seconds(seconds).brief)" : ""
    return "\(counted(status.plan.runs.count, "run")), "
      + "\(counted(status.plan.tasks.count, "stage")): \(cached) cached, "
      + "\(open) to run, \(waiting) waiting for these\(time)\n"
  }

  private func prediction(_ index: Int) -> Double? { status.predictions[index] }

  private func words(_ index: Int) -> (String, String) {
    switch status.states[index] {
    case .cached(let record): ("cached", String(record.digest.hex.prefix(12)))
    case .toRun(let reason):
      ("to run", status.resumptions[index].map { "\($0.summary) (\(reason))" } ?? reason)
    case .afterUpstream(let id): ("waits", "for \(id)")
    case .notRun(let reason): ("not run", reason)
    }
  }

  var json: JSONValue {
    .object([
      "format": "modgap-plan", "version": 1, "experiment": .string(status.plan.experiment.name),
      "predicted_seconds": .number(status.predictedSeconds(jobs: jobs)),
      "runs": .array(
        status.plan.runs.map { run in
          .object([
            "name": .string(run.name),
            "axes": .object(
              Dictionary(run.axes.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })),
            "tasks": .array(run.tasks.map { .string(status.plan.tasks[$0].id) }),
          ])
        }),
      "tasks": .array(status.plan.tasks.indices.map(task)),
    ])
  }

  private func task(_ index: Int) -> JSONValue {
    let task = status.plan.tasks[index]
    let (word, why) = words(index)
    var members: [String: JSONValue] = [
      "id": .string(task.id), "stage": .string(task.stage), "phase": .string(task.phase.rawValue),
      "kind": .string(task.kind), "state": .string(word.replacingBytes(" ", with: "-")), "why": .string(why),
      "needs": .array(task.dependencies.map { .string(status.plan.tasks[$0].id) }),
    ]
    if let seconds = prediction(index) { members["predicted_seconds"] = .number(seconds) }
    if let resumption = status.resumptions[index] {
      members["resumes_at_step"] = .number(Double(resumption.step))
      if let steps = resumption.steps { members["steps"] = .number(Double(steps)) }
    }
    if let key = status.keys[index] { members["key"] = .string(key.key) }
    return .object(members)
  }

  /// - Parameter isSeveral: each plan is a cluster, and its tasks' names begin with the experiment.
  static func dot(_ printers: [PlanPrinter], isSeveral: Bool) -> String {
    var text = "digraph plan {\n  rankdir=LR;\n  node [shape=box, style=filled];\n"
    for (number, printer) in printers.enumerated() {
      let name = JSONValue.string(printer.name).canonical
      if isSeveral { text += "  subgraph cluster_\(number) {\n  label=\(name);\n" }
      text += printer.nodes(prefix: isSeveral ? "\(printer.name)/" : "")
      if isSeveral { text += "  }\n" }
    }
    return text + "}\n"
  }

  private func nodes(prefix: String) -> String {
    let names = status.plan.tasks.map { JSONValue.string(prefix + $0.id).canonical }
    var text = ""
    for (index, task) in status.plan.tasks.enumerated() {
      let color =
        switch status.states[index] {
        case .cached: "palegreen"
        case .toRun: "khaki"
        case .afterUpstream: "lightyellow"
        case .notRun: "lightgrey"
        }
      text += "  \(names[index]) [label=\(JSONValue.string(task.id).canonical), fillcolor=\(color)];\n"
      for other in task.dependencies { text += "  \(names[other]) -> \(names[index]);\n" }
    }
    return text
  }
}
