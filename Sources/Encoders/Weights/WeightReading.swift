/// How a file is read for some parts of a network: a convention, and what stands in front of each part's names.
struct WeightReading: Sendable {
  let naming: WeightNaming
  /// One a part: `module.` of a network that `DistributedDataParallel` wrapped, `text.` of open_clip's custom text
  /// towers; mostly nothing.
  let prefixes: [String]
  /// How many of the parts' tensors the file has so.
  let found: Int

  /// The convention, and for it the prefixes, that find the most tensors; the first of equals, and of the
  /// prefixes the shortest.
  ///
  /// - Precondition: `namings` is not empty.
  init(_ names: some Collection<String>, _ namings: [WeightNaming], for parts: [WeightLoader.Part]) {
    let readings = namings.map { naming -> WeightReading in
      let best = parts.map { Self.prefix(names, naming, $0) }
      return WeightReading(
        naming: naming, prefixes: best.map(\.prefix), found: best.reduce(0) { $0 + $1.found })
    }
    self = readings.dropFirst().reduce(readings[0]) { $1.found > $0.found ? $1 : $0 }
  }

  private init(naming: WeightNaming, prefixes: [String], found: Int) {
    self.naming = naming
    self.prefixes = prefixes
    self.found = found
  }

  private static func prefix(
    _ names: some Collection<String>, _ naming: WeightNaming, _ part: WeightLoader.Part
  ) -> (prefix: String, found: Int) {
    let expected = Set(part.layout.tensors.flatMap { naming.source(part.prefix + $0.name).names })
    var counts: [String: Int] = [:]
    for name in names {
      if expected.contains(name) { counts["", default: 0] += 1 }
      for index in name.indices where name[index] == "." {
        let start = name.index(after: index)
        if expected.contains(String(name[start...])) { counts[String(name[..<start]), default: 0] += 1 }
      }
    }
    let usable = counts.filter { prefix, count in
      count == expected.count || !ownedByTowers.contains { prefix.hasSuffix($0) }
    }
    let best = usable.min { ($1.value, $0.key.count, $0.key) < ($0.value, $1.key.count, $1.key) }
    return (best?.key ?? "", best?.value ?? 0)
  }

  /// Of whole networks: what follows these is the other tower's, unless it is all there.
  private static let ownedByTowers = ["visual.", "vision_model.", "text_model."]

  /// Where the file has a tensor of a part.
  func source(_ name: String, of part: Int, _ parts: [WeightLoader.Part]) -> TensorSource {
    naming.source(parts[part].prefix + name).prefixed(prefixes[part])
  }

  /// Whether a tensor that no part asks for is of no concern.
  func ignores(_ name: String) -> Bool {
    let front = prefixes.filter { name.hasPrefix($0) }.max { $0.count < $1.count } ?? ""
    return naming.ignores(String(name.dropFirst(front.count)))
  }

  /// `OpenAI, open_clip`, or the same with `behind module.`: for sentences.
  var title: String {
    let fronts = prefixes.filter { !$0.isEmpty }.reduce(into: [String]()) {
      if !$0.contains($1) { $0.append($1) }
    }
    return fronts.isEmpty
      ? naming.title : "\(naming.title), behind \(fronts.map { "`\($0)`" }.joined(separator: " and "))"
  }
}

extension TensorSource {
  func prefixed(_ prefix: String) -> TensorSource { renamed { prefix + $0 } }

  func renamed(_ change: (String) -> String) -> TensorSource {
    switch self {
    case .tensor(let name): .tensor(change(name))
    case .transposed(let name): .transposed(change(name))
    case .joined(let names): .joined(names.map(change))
    }
  }
}
