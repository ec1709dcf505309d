import Contracts
import Digests
import ExperimentConfig
import Foundation

/// `Experiment` → `Plan`: expands the matrix, resolves parameters, shares what no axis reaches.
package struct Planner {
  private let experiment: Experiment
  private let grammar: Grammar
  private let digestOfFile: (String) throws -> String
  private var tasks: [PlannedTask] = []
  private var indexOfTask: [String: Int] = [:]
  private var digests: [String: String?] = [:]
  private var stageOrder: [StageSpec] = []
  private var reach: [String: [String]] = [:]
  private var namedAxes: [String: Set<String>] = [:]

  /// - Parameter digestOfFile: SHA-256 of a file's content, as hex; called once a file.
  package init(
    _ experiment: Experiment, grammar: Grammar,
    digestOfFile: @escaping (String) throws -> String = { try Digest(file: $0).hex }
  ) {
    self.experiment = experiment
    self.grammar = grammar
    self.digestOfFile = digestOfFile
  }

  static let mostRuns = 1_000_000

  /// - Throws: `ConfigError` where the matrix is absurdly large; a `Failure` where a file cannot be read.
  package mutating func plan() throws -> Plan {
    let count = experiment.axes.reduce(1) { $0.multipliedReportingOverflow(by: $1.values.count).partialValue }
    guard experiment.axes.allSatisfy({ $0.values.count <= Self.mostRuns }),
      (1...Self.mostRuns).contains(count)
    else {
      throw ConfigError([
        ConfigIssue(at: nil, path: "matrix", found: "\(count) runs", expected: "at most \(Self.mostRuns)")
      ])
    }
    sortStages()
    findReach()
    var runs: [Plan.Run] = []
    runs.reserveCapacity(count)
    for combination in combinations() { runs.append(try expand(combination)) }
    return Plan(experiment: experiment, runs: runs, tasks: tasks)
  }

  // MARK: - The graph of stages

  private mutating func sortStages() {
    var remaining = experiment.stages
    var settled: Set<String> = []
    while !remaining.isEmpty {
      let ready = remaining.filter { dependencies(of: $0).allSatisfy(settled.contains) }
      guard !ready.isEmpty else { break }
      stageOrder += ready
      settled.formUnion(ready.map(\.id))
      remaining.removeAll { settled.contains($0.id) }
    }
  }

  private func references(of stage: StageSpec) -> [(parameter: String, id: String)] {
    let parameters = grammar.signature(stage.phase, stage.kind)?.parameters ?? []
    return parameters.compactMap { parameter in
      guard case .stageReference(let words) = parameter.type,
        let id = stage.with[parameter.name]?.string, !words.contains(id)
      else { return nil }
      return (parameter.name, id)
    }
  }

  private func dependencies(of stage: StageSpec) -> [String] { stage.from + references(of: stage).map(\.id) }

  /// Which axes a stage depends on: those it names, `seed` where it draws, and those of what it reads.
  private mutating func findReach() {
    for stage in stageOrder {
      var names = Interpolation.axes(in: stage.with)
      namedAxes[stage.id] = names
      if grammar.signature(stage.phase, stage.kind)?.isRandom == true { names.insert("seed") }
      for id in dependencies(of: stage) { names.formUnion(reach[id] ?? []) }
      reach[stage.id] = experiment.axes.map(\.name).filter(names.contains)
    }
  }

  // MARK: - Runs and tasks

  private func combinations() -> [[AxisValue]] {
    experiment.axes.reduce([[]]) { partial, axis in
      partial.flatMap { base in axis.values.map { base + [AxisValue(name: axis.name, value: $0)] } }
    }
  }

  private mutating func expand(_ axes: [AxisValue]) throws -> Plan.Run {
    var indices: [String: Int] = [:]
    for stage in stageOrder {
      let reached = reach[stage.id] ?? []
      let id = Self.taskID(stage.id, axes.filter { reached.contains($0.name) })
      if let known = indexOfTask[id] {
        indices[stage.id] = known
        continue
      }
      tasks.append(try makeTask(stage, id: id, axes: axes, indices: indices))
      indexOfTask[id] = tasks.count - 1
      indices[stage.id] = tasks.count - 1
    }
    return Plan.Run(
      name: RunName.folder(axes), axes: axes, tasks: experiment.stages.compactMap { indices[$0.id] })
  }

  private static func taskID(_ stage: String, _ axes: [AxisValue]) -> String {
    axes.isEmpty ? stage : "\(stage)@\(RunName.folder(axes))"
  }

  private mutating func makeTask(
    _ stage: StageSpec, id: String, axes: [AxisValue], indices: [String: Int]
  ) throws -> PlannedTask {
    let signature = grammar.signature(stage.phase, stage.kind)
    let parameters = signature?.parameters ?? []
    let values = Dictionary(axes.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
    let named = namedAxes[stage.id] ?? []
    let with = named.isEmpty ? stage.with : Interpolation.resolve(stage.with, values)
    let resolved = ParameterDefaults.fill(with, parameters)
    let files = try dataFiles(resolved, parameters)
    let references = Dictionary(
      references(of: stage).compactMap { name, id in indices[id].map { (name, $0) } },
      uniquingKeysWith: { a, _ in a })
    var inputs = stage.from.compactMap { indices[$0] }
    let reason = notRun(stage, files, inputs: inputs, references: references)
    if reason == nil { inputs.removeAll { !tasks[$0].isRunnable } }
    return PlannedTask(
      id: id, stage: stage.id, phase: stage.phase, kind: stage.kind, version: signature?.version ?? 0,
      parameters: resolved, files: files, seed: signature?.isRandom == true ? seed(values) : nil,
      inputs: inputs,
      references: references, keeps: stage.keeps, notRun: reason)
  }

  private func seed(_ axes: [String: JSONValue]) -> UInt64 {
    axes["seed"]?.integer.flatMap { UInt64(exactly: $0) } ?? experiment.seed
  }

  /// An evaluate stage of several upstreams runs on those that are there; all else needs everything.
  private func notRun(
    _ stage: StageSpec, _ files: [DataFile], inputs: [Int], references: [String: Int]
  ) -> String? {
    if let missing = files.first(where: { $0.digest == nil }) {
      return DataFolder.absence(of: missing.path)
    }
    let absent = inputs.filter { !tasks[$0].isRunnable }
    let isBlocked =
      stage.phase == .evaluate && inputs.count > 1 ? absent.count == inputs.count : !absent.isEmpty
    if isBlocked, let first = absent.first { return tasks[first].notRun }
    return references.values.sorted().compactMap { tasks[$0].notRun }.first
  }

  private mutating func dataFiles(_ values: JSONValue, _ parameters: [Parameter]) throws -> [DataFile] {
    var files: [DataFile] = []
    for parameter in parameters {
      guard case .file = parameter.type, let path = values[parameter.name]?.string else { continue }
      let (file, member) = DataFilePath.split(path)
      files.append(DataFile(field: parameter.name, path: file, member: member, digest: try digest(of: file)))
    }
    return files
  }

  private mutating func digest(of file: String) throws -> String? {
    if let known = digests[file] { return known }
    let digest = FileManager.default.fileExists(atPath: file) ? try digestOfFile(file) : nil
    digests[file] = .some(digest)
    return digest
  }
}
