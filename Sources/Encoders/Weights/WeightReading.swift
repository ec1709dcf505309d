/// How a file is read for some parts of a network: a convention, and what stands in front of each part's names.
struct WeightReading: Sendable {
  let naming: WeightNaming
  /// One a part: `module.` of a network that `DistributedDataParallel` wrapped, `text.` of open_clip's custom text
  /// towers; mostly nothing.
  let prefixes: [String]
  /// How many of the parts' tensors the file has so.
  let found: Int
  /// What the names of other networks of this kind begin with that the file has the greater part of, and not all.
  let others: [String]
  /// The names of such a network that nothing stands in front of.
  private let bareNames: Set<String>
  /// What those of each begin with, where the file has several networks that fit, and nothing says which is meant.
  private(set) var rivals: [String]

  /// The one network that is all there. Where there is none, the convention, and for it the prefixes, that find the
  /// most tensors; the first of equals, and of the prefixes the shortest.
  ///
  /// - Parameter prefix: what the names of the network begin with that is meant.
  /// - Precondition: `namings` is not empty.
  init(
    _ shapes: [String: [Int]], _ namings: [WeightNaming], for parts: [WeightLoader.Part], prefix: String?
  ) {
    let scans = namings.map { PrefixScan(shapes, $0, parts, prefix: prefix) }
    var networks: [(scan: PrefixScan, prefixes: [String], names: Set<String>)] = []
    for scan in scans {
      let known = networks
      // A file may hold any number of them, and more than are named are refused as well.
      for prefixes in scan.networks.prefix(Self.mostNetworks) {
        let names = scan.names(behind: prefixes)
        // Two conventions may name the same tensors; behind other prefixes one names others.
        if !known.contains(where: { $0.names == names }) { networks.append((scan, prefixes, names)) }
      }
    }
    if let first = networks.first {
      self.init(first.scan, first.prefixes)
    } else {
      let best = scans.dropFirst().reduce(scans[0]) { $1.bestCount > $0.bestCount ? $1 : $0 }
      self.init(best, best.best)
    }
    if networks.count > 1 { rivals = Self.spelled(networks.map(\.prefixes)) }
  }

  /// Of more it is only said that there are more.
  static let mostNetworks = 8

  private init(_ scan: PrefixScan, _ prefixes: [String]) {
    naming = scan.naming
    self.prefixes = prefixes
    found = scan.count(behind: prefixes)
    others = scan.others(than: prefixes)
    bareNames = others.contains("") ? scan.names : []
    rivals = []
  }

  /// `ema.`; `model. and model.text.` where parts have their own.
  private static func spelled(_ networks: [[String]]) -> [String] {
    networks.map { prefixes in
      let different = prefixes.reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
      return different.map { $0.isEmpty ? "no prefix" : "`\($0)`" }.joined(separator: " and ")
    }
  }

  /// Where the file has a tensor of a part.
  func source(_ name: String, of part: Int, _ parts: [WeightLoader.Part]) -> TensorSource {
    naming.source(parts[part].prefix + name).prefixed(prefixes[part])
  }

  /// Whether a tensor that no part asks for is of no concern.
  func ignores(_ name: String) -> Bool { naming.ignores(bare(name)) || isOfOther(name) }

  /// Whether it is ignored, and a reader should know.
  func isStrange(_ name: String) -> Bool { naming.isStrange(bare(name)) && !isOfOther(name) }

  private func bare(_ name: String) -> String {
    let front = prefixes.filter { name.hasPrefix($0) }.max { $0.count < $1.count } ?? ""
    return String(name.dropFirst(front.count))
  }

  private func isOfOther(_ name: String) -> Bool {
    bareNames.contains(name) || others.contains { !$0.isEmpty && name.hasPrefix($0) }
  }

  /// `OpenAI, open_clip`, or the same with `behind module.`: for sentences.
  var title: String {
    let fronts = prefixes.filter { !$0.isEmpty }.reduce(into: [String]()) {
      if !$0.contains($1) { $0.append($1) }
    }
    return fronts.isEmpty
      ? naming.title
      : "\(naming.title), with the prefix \(fronts.map { "`\($0)`" }.joined(separator: " and "))"
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
