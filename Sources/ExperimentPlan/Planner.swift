import Declarations
import ExperimentConfig
import Files
import Foundation

/// `Experiment` → `Plan`: expands the matrix, resolves parameters, shares what no axis reaches.
package struct Planner {
  private let experiment: Experiment
  private let files: FileSystem
  private let order: StageOrder
  private let dataSets: DataSets
  /// How each value of each axis reads in names: `seed=3`.
  private let labels: [[String]]
  private var tasks: [PlannedTask] = []
  /// Where each stage stands in the order.
  private let positions: [String: Int]
  /// By stage, then by the combination of the axes that reach it.
  private var known: [[Int: Int]]
  private var digests: [ExactString: String?] = [:]
  private var listings: [JSONValue: String?] = [:]
  private var completed: [JSONValue: JSONValue] = [:]
  private var splitPaths: [ExactString: (file: String, member: String?)] = [:]

  /// - Parameter files: what is asked for files and their digests, each once.
  package init(_ experiment: Experiment, grammar: Grammar, files: FileSystem = .disk) {
    self.experiment = experiment
    self.files = files
    order = StageOrder(experiment, grammar: grammar)
    dataSets = DataSets(experiment, grammar: grammar)
    labels = experiment.axes.map { axis in axis.values.map { RunName.label(axis.name, $0) } }
    known = order.entries.map { _ in [:] }
    positions = Dictionary(
      order.entries.enumerated().map { ($1.spec.id, $0) }, uniquingKeysWith: { first, _ in first })
  }

  /// - Throws: `ConfigError` where the matrix is absurdly large; a `Failure` where a file cannot be read.
  package mutating func plan() throws -> Plan {
    let count = Grammar.runs(of: experiment.axes)
    guard (1...Grammar.mostRuns).contains(count) else {
      throw ConfigError([
        ConfigIssue(
          at: nil, path: "matrix", found: "\(count) runs", expected: "1 to \(Grammar.mostRuns)")
      ])
    }
    let inFileOrder = experiment.stages.compactMap { positions[$0.id] }
    var runs: [Plan.Run] = []
    runs.reserveCapacity(count)
    var places = [Int](repeating: 0, count: experiment.axes.count)
    for _ in 0..<count {
      runs.append(try expand(places, inFileOrder))
      advance(&places)
    }
    return Plan(experiment: experiment, runs: runs, tasks: tasks)
  }

  /// The next combination: the last axis turns fastest.
  private func advance(_ places: inout [Int]) {
    for axis in places.indices.reversed() {
      places[axis] += 1
      if places[axis] < experiment.axes[axis].values.count { return }
      places[axis] = 0
    }
  }

  // MARK: - Runs and tasks

  private mutating func expand(_ places: [Int], _ inFileOrder: [Int]) throws -> Plan.Run {
    var indices = [Int](repeating: 0, count: order.entries.count)
    for position in order.entries.indices { indices[position] = try task(position, places) }
    return Plan.Run(
      name: RunName.folder(places.enumerated().map { labels[$0][$1] }),
      axes: places.enumerated().map {
        AxisValue(name: experiment.axes[$0].name, value: experiment.axes[$0].values[$1])
      },
      tasks: inFileOrder.map { indices[$0] })
  }

  /// The task of the stage at this place of the order for this combination, made where it is not yet,
  /// behind all that it needs.
  private mutating func task(_ position: Int, _ places: [Int]) throws -> Int {
    let entry = order.entries[position]
    let combination = entry.reach.reduce(0) { $0 * experiment.axes[$1].values.count + places[$1] }
    if let index = known[position][combination] { return index }
    var upstream: [Upstream] = []
    for id in entry.spec.from {
      guard let source = positions[id] else { continue }
      let over = entry.over.filter(order.entries[source].reach.contains)
      for places in combinations(of: over, from: places) {
        upstream.append(Upstream(task: try task(source, places), axes: values(of: over, at: places)))
      }
    }
    var references: [String: Int] = [:]
    for reference in entry.references {
      guard let source = positions[reference.id] else { continue }
      references[reference.parameter] = try task(source, places)
    }
    tasks.append(try makeTask(entry, places, upstream, references))
    known[position][combination] = tasks.count - 1
    return tasks.count - 1
  }

  private struct Upstream {
    let task: Int
    /// Its values on the axes that are taken together.
    let axes: [AxisValue]
  }

  /// `places` with every combination of these axes' values, the last axis fastest.
  private func combinations(of over: [Int], from places: [Int]) -> [[Int]] {
    over.reduce([places]) { found, axis in
      found.flatMap { places in
        experiment.axes[axis].values.indices.map { value in
          var places = places
          places[axis] = value
          return places
        }
      }
    }
  }

  private func values(of axes: [Int], at places: [Int]) -> [AxisValue] {
    axes.map { AxisValue(name: experiment.axes[$0].name, value: experiment.axes[$0].values[places[$0]]) }
  }

  private mutating func makeTask(
    _ entry: StageOrder.Entry, _ places: [Int], _ upstream: [Upstream], _ references: [String: Int]
  ) throws -> PlannedTask {
    let stage = entry.spec
    let parameters = entry.signature?.parameters ?? []
    let values = Dictionary(
      entry.reach.map { (experiment.axes[$0].name, experiment.axes[$0].values[places[$0]]) },
      uniquingKeysWith: { first, _ in first })
    let with = entry.namedAxes.isEmpty ? stage.with : Interpolation.resolve(stage.with, values)
    var files: [DataFile] = []
    let filled = ParameterDefaults.fill(with, parameters)
    var resolved = try note(entry.signature?.normalForm?(filled) ?? filled, parameters, in: &files)
    resolved = try complete(resolved, entry.signature, files)
    var resampled: [String] = []
    var chance = entry.signature?.chance(with: resolved, written: stage.with) ?? .none
    for parameter in entry.signature?.dataParameters ?? [] {
      guard case .object(var members) = resolved, let given = members[parameter.name] else { continue }
      let data = dataSets.resolve(given, axes: values, seed: seed(values))
      if let signature = dataSets.signature(of: data) {
        if signature.isResampled(data) { resampled.append(parameter.name) }
        chance = max(chance, signature.chance(of: data, written: dataSets.written(given)))
      }
      members[parameter.name] = try note(data, parameter.name, obtain: stage.obtain, in: &files)
      resolved = .object(members)
    }
    var inputs = upstream
    let reason = notRun(stage, files, inputs: inputs.map(\.task), references: references)
    if reason == nil { inputs.removeAll { !tasks[$0.task].isRunnable } }
    return PlannedTask(
      id: id(of: stage, entry.reach, places), stage: stage.id, phase: stage.phase, kind: stage.kind,
      version: entry.signature?.version(with: resolved) ?? 0, parameters: resolved,
      excludedFromKey: entry.signature?.excludedFromKey, files: files,
      seed: entry.signature?.isRandom(with: resolved) == true ? seed(values) : nil,
      inputs: inputs.map(\.task), namesInputs: stage.from.count > 1,
      inputAxes: entry.over.isEmpty ? [] : inputs.map(\.axes),
      references: references, keeps: stage.keeps, notRun: reason,
      resampled: resampled.isEmpty ? nil : resampled, chance: chance)
  }

  /// Runs that share a file share the reading of what it says of itself.
  private mutating func complete(
    _ parameters: JSONValue, _ signature: StageSignature?, _ files: [DataFile]
  ) throws -> JSONValue {
    guard let signature, signature.completes != nil, files.contains(where: { $0.digest != nil }) else {
      return parameters
    }
    let key = JSONValue.array([.string(signature.name), parameters])
    if let known = completed[key] { return known }
    let result = try self.files.completion(signature, parameters)
    completed[key] = result
    return result
  }

  private func id(of stage: StageSpec, _ reach: [Int], _ places: [Int]) -> String {
    reach.isEmpty ? stage.id : "\(stage.id)@\(RunName.folder(reach.map { labels[$0][places[$0]] }))"
  }

  private func seed(_ axes: [String: JSONValue]) -> UInt64 {
    axes[Grammar.seedAxis]?.integer.flatMap { UInt64(exactly: $0) } ?? experiment.seed
  }

  /// An evaluate stage of several upstreams runs on those that are there; all else needs everything.
  private func notRun(
    _ stage: StageSpec, _ files: [DataFile], inputs: [Int], references: [String: Int]
  ) -> String? {
    if let missing = files.first(where: { $0.digest == nil }) {
      let kind = missing.listedBy.flatMap(dataSets.signature)
      let name = (missing.path as NSString).lastPathComponent
      let obtain = stage.obtain ?? self.files.catalogued(missing.path)?.command.text
      return Self.absence(of: obtain == nil ? missing.path : name, obtain: obtain ?? kind?.obtain)
    }
    let absent = inputs.filter { !tasks[$0].isRunnable }
    let isBlocked =
      stage.phase == .evaluate && inputs.count > 1 ? absent.count == inputs.count : !absent.isEmpty
    if isBlocked, let first = absent.first { return tasks[first].notRun }
    return references.values.sorted().compactMap { tasks[$0].notRun }.first
  }

  /// Why a stage of optional data is not run, with the command that gets the data.
  private static func absence(of path: String, obtain: String?) -> String {
    guard let obtain else { return "no \(path): put the file there, or name another file in the config" }
    return "no \(path): run \"\(obtain)\""
  }

  // MARK: - Files

  /// The value with its files absolute, each of them added to `files`.
  private mutating func note(
    _ value: JSONValue, _ parameters: [Parameter], prefix: String = "", in files: inout [DataFile]
  ) throws -> JSONValue {
    try DataFileFields.map(value, parameters, prefix: prefix) { field, path in
      let (file, member) = split(dataSets.absolute(path))
      files.append(DataFile(field: field, path: file, member: member, digest: try digest(of: file)))
      return member.map { "\(file):\($0)" } ?? file
    }
  }

  /// A data set with its files and its folder absolute; all that it reads is added to `files`.
  private mutating func note(
    _ data: JSONValue, _ name: String, obtain: String? = nil, in files: inout [DataFile]
  ) throws -> JSONValue {
    guard let signature = dataSets.signature(of: data) else { return data }
    var noted: [DataFile] = []
    let named = try note(data, signature.parameters, prefix: "\(name).", in: &noted)
    guard case .object(var members) = named else { return data }
    var folder: String?
    if let parameter = signature.folder, let path = members[parameter.name]?.string {
      folder = dataSets.absolute(path)
      members[parameter.name] = .string(dataSets.absolute(path))
    }
    let isThere = noted.allSatisfy { $0.digest != nil } && folder.map(self.files.exists) ?? true
    let digest = isThere ? try digest(ofListing: .object(members), signature, obtain) : nil
    if folder != nil || digest != nil {
      let field = "\(name).\(signature.folder?.name ?? "files")"
      noted.append(
        DataFile(
          field: field, path: folder ?? noted.first?.path ?? "", member: nil, digest: digest,
          listedBy: .object(members)))
    }
    files += noted
    return .object(members)
  }

  /// An entry of `data` as one run has it: defaults, seed and axis values filled in, paths absolute.
  ///
  /// - Throws: a `Failure` where a file cannot be read.
  package mutating func dataSet(_ name: String, in run: Plan.Run) throws -> JSONValue {
    let values = Dictionary(run.axes.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
    var files: [DataFile] = []
    return try note(
      dataSets.resolve(.string(name), axes: values, seed: seed(values)), "data", in: &files)
  }

  /// Runs that share a data set share the reading of its files.
  ///
  /// - Parameter obtain: the command that gets files which are missing inside of what is there, where the config says one.
  private mutating func digest(
    ofListing data: JSONValue, _ signature: DataSignature, _ obtain: String?
  ) throws -> String? {
    if let known = listings[data] { return known }
    do {
      let digest = try signature.digestOfListing(data, in: files, digestOfFile: files.digest)
      listings[data] = .some(digest)
      return digest
    } catch {
      throw error.obtainable { obtain ?? files.catalogued($0)?.command.text ?? signature.obtain }
    }
  }

  private mutating func split(_ path: String) -> (file: String, member: String?) {
    if let known = splitPaths[ExactString(path)] { return known }
    let parts = DataFilePath.split(path, exists: files.exists)
    let result = (URL(fileURLWithPath: parts.file).standardizedFileURL.path, parts.member)
    splitPaths[ExactString(path)] = result
    return result
  }

  private mutating func digest(of file: String) throws -> String? {
    if let known = digests[ExactString(file)] { return known }
    let digest = files.exists(file) ? try files.digest(file) : nil
    digests[ExactString(file)] = .some(digest)
    return digest
  }
}
