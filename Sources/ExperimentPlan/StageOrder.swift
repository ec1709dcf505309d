import Declarations
import ExperimentConfig

/// The stages of an experiment, each behind those it needs, and which axes reach it.
struct StageOrder {
  struct Entry {
    let spec: StageSpec
    let signature: StageSignature?
    /// Stages that parameters name, by parameter.
    let references: [(parameter: String, id: String)]
    /// Axes that its own parameters name.
    let namedAxes: Set<String>
    /// Axes that change its result: those it names, `seed` where it draws, those of what it reads; as
    /// indices into the experiment's, in their order.
    var reach: [Int] = []
    /// Axes that reach what it reads and whose runs it takes together.
    var over: [Int] = []

    var dependencies: [String] { spec.from + references.map(\.id) }
  }

  private(set) var entries: [Entry] = []

  init(_ experiment: Experiment, grammar: Grammar) {
    let data = DataSets(experiment, grammar: grammar)
    entries = Self.sorted(experiment.stages.map { Self.entry($0, grammar) })
    var reach: [String: Set<Int>] = [:]
    for index in entries.indices {
      var names = entries[index].namedAxes
      names.formUnion(data.axes(reaching: entries[index].spec, entries[index].signature))
      if let signature = entries[index].signature, signature.isRandom(with: entries[index].spec.with) {
        names.insert(Grammar.seedAxis)
      }
      var axes = Set(experiment.axes.indices.filter { names.contains(experiment.axes[$0].name) })
      for id in entries[index].dependencies { axes.formUnion(reach[id] ?? []) }
      let over = axes.filter { entries[index].spec.over.contains(experiment.axes[$0].name) }
      entries[index].over = over.filter { axis in
        entries[index].spec.from.contains { reach[$0]?.contains(axis) ?? false }
      }.sorted()
      axes.subtract(over)
      reach[entries[index].spec.id] = axes
      entries[index].reach = axes.sorted()
    }
  }

  private static func entry(_ spec: StageSpec, _ grammar: Grammar) -> Entry {
    let signature = grammar.signature(spec.phase, spec.kind)
    let references = (signature?.parameters ?? []).compactMap { parameter -> (String, String)? in
      guard case .stageReference(let words) = parameter.type,
        let id = spec.with[parameter.name]?.string, !words.contains(id)
      else { return nil }
      return (parameter.name, id)
    }
    return Entry(
      spec: spec, signature: signature, references: references, namedAxes: Interpolation.axes(in: spec.with))
  }

  /// Stages in a circle, or behind what is not there, are left out: no checked experiment has them.
  private static func sorted(_ entries: [Entry]) -> [Entry] {
    let indices = Dictionary(
      entries.enumerated().map { ($1.spec.id, $0) }, uniquingKeysWith: { first, _ in first })
    let targets = entries.enumerated().map { index, entry in
      // Who waits for what is not there waits for itself, and so for ever.
      entry.dependencies.map { indices[$0] ?? index }
    }
    return topologicalOrder(targets).map { entries[$0] }
  }
}
