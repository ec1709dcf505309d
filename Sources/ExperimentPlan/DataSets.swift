import Declarations
import ExperimentConfig
import Files
import Foundation

/// What parameters of type `dataset` stand for.
struct DataSets {
  private let named: [String: JSONValue]
  private let axes: [Axis]
  private let kinds: [String: DataSignature]
  /// Files that an axis's values name are relative to the config, as all files are.
  private let folder: URL

  init(_ experiment: Experiment, grammar: Grammar) {
    named = experiment.data
    axes = experiment.axes
    kinds = Dictionary(grammar.data.map { ($0.kind, $0) }, uniquingKeysWith: { first, _ in first })
    folder = URL(fileURLWithPath: experiment.path).deletingLastPathComponent()
  }

  func signature(of data: JSONValue) -> DataSignature? { data["kind"]?.string.flatMap { kinds[$0] } }

  /// The objects that a stage's data may turn out to be, whatever the axes say.
  private func candidates(_ value: JSONValue) -> [JSONValue] {
    guard let text = value.string else { return [value] }
    if let entry = named[text] { return [entry] }
    guard let reference = Interpolation.references(in: text).first else { return [] }
    let isWhole = reference.range == text.startIndex..<text.endIndex
    guard isWhole, let axis = axes.first(where: { $0.name == reference.name }) else {
      return Array(named.values)
    }
    return axis.values.flatMap { $0.string == nil ? [$0] : candidates($0) }
  }

  /// The axes that reach a stage through its data.
  func axes(reaching stage: StageSpec, _ signature: StageSignature?) -> Set<String> {
    (signature?.dataParameters ?? []).reduce(into: []) { names, parameter in
      for data in (stage.with[parameter.name] ?? parameter.defaultValue).map(candidates) ?? [] {
        names.formUnion(Interpolation.axes(in: data))
        if self.signature(of: data)?.needsSeed(data) ?? false { names.insert(Grammar.seedAxis) }
      }
    }
  }

  /// The object that the value stands for in one run: defaults filled in, and the run's seed where the items
  /// are random and have none of their own.
  func resolve(_ value: JSONValue, axes: [String: JSONValue], seed: UInt64) -> JSONValue {
    let entry =
      value.string.flatMap { named[$0] } == nil ? value : Interpolation.resolve(written(value), axes)
    guard let signature = signature(of: entry), case .object(var members) = entry else { return entry }
    if signature.needsSeed(entry) { members[DataSignature.seed] = .number(Double(seed)) }
    let revision = signature.revision(members)
    if !revision.isEmpty { members["revision"] = .object(revision.mapValues { .number(Double($0)) }) }
    return ParameterDefaults.fill(.object(members), signature.parameters)
  }

  /// The object as the config has it.
  func written(_ value: JSONValue) -> JSONValue { value.string.flatMap { named[$0] } ?? value }

  func absolute(_ path: String) -> String {
    path.hasBytes(first: "/") ? path : folder.appendingPathComponent(path).standardizedFileURL.path
  }
}

extension StageSignature {
  package var dataParameters: [Parameter] {
    parameters.filter { parameter in
      if case .dataset = parameter.type { return true }
      return false
    }
  }
}

extension DataSignature {
  /// SHA-256 over the names and contents of the files that no parameter names, as hex; nil where there are
  /// none. Names count as seen from the folder that is read: classes and captions may come from them.
  /// - Parameter files: what is asked for the files.
  package func digestOfListing(
    _ data: JSONValue, in files: FileSystem, digestOfFile: (String) throws -> String
  ) throws -> String? {
    let values = data.object ?? [:]
    let paths = try files.listing(self, values)
    guard !paths.isEmpty else { return nil }
    let root = folder.flatMap { values[$0.name]?.string }.map { $0 + "/" }
    let lines = try paths.map { path in
      let name = root.map { path.hasBytes(first: $0) ? path.droppingBytes($0.utf8.count) : "" } ?? ""
      return "\(name)\t\(try digestOfFile(path))\n"
    }
    let version = version > 1 ? "\tversion \(version)\n" : ""
    return Digest(of: version + lines.joined()).hex
  }
}
