/// Behind which prefixes a file has the tensors of some parts, as one convention names them.
struct PrefixScan {
  let naming: WeightNaming
  fileprivate let parts: [Part]
  private let root: String?

  fileprivate struct Part {
    /// Names as the convention has them, those that a file may leave out apart.
    let required: Set<String>
    let all: Set<String>
    /// By prefix, how many of `all` there are.
    let counts: [String: Int]
    /// Prefixes behind which every required tensor is, of the right shape; the shortest first.
    let complete: [String]
    /// Whether a prefix can be the one that is meant.
    let isMeant: @Sendable (String) -> Bool
  }

  /// - Parameter prefix: what the names of the network begin with that is meant; nil where nothing says.
  init(
    _ shapes: [String: [Int]], _ naming: WeightNaming, _ parts: [WeightLoader.Part], prefix: String?
  ) {
    self.naming = naming
    root = prefix
    self.parts = parts.map { Part(shapes, naming, $0, prefix: prefix) }
  }

  /// Networks that are all there: of each part the prefix.
  ///
  /// Parts of one network are behind the prefix of the first, or behind that and one word more, as open_clip's custom
  /// text towers are; where each part is there once, they are behind whatever they are.
  var networks: [[String]] {
    let complete = parts.map(\.complete)
    guard complete.allSatisfy({ !$0.isEmpty }) else { return [] }
    if complete.allSatisfy({ $0.count == 1 }) { return [complete.map { $0[0] }] }
    let roots = root.map { root in complete[0].filter { $0 == root } } ?? complete[0]
    let all = Set(complete[0])
    // Among more than that, none is looked at: which of them belong together is not to depend on which come first.
    let joined = (roots.count > Self.mostLooked ? [] : roots).flatMap { root in
      parts.dropFirst().reduce([[root]]) { found, part in
        let fitting = Self.belonging(
          to: root, part.complete, roots: all, decided: part.all.count == 1 || self.root != nil)
        return found.flatMap { prefixes in fitting.prefix(Self.mostLooked).map { prefixes + [$0] } }
      }
    }
    // That several are whole is not to be decided by their order, even if none of their parts go together.
    guard joined.isEmpty, root == nil, let several = complete.max(by: { $0.count < $1.count }) else {
      return joined
    }
    return several.prefix(Self.mostLooked).map { [String](repeating: $0, count: parts.count) }
  }

  /// Whoever made the file may have put any number of networks into it; one more than one is too many.
  private static let mostLooked = 64

  /// - Parameters:
  ///   - roots: prefixes of other networks, which have parts of their own.
  ///   - decided: whether the prefix itself is taken where it is among them.
  private static func belonging(
    to root: String, _ prefixes: [String], roots: Set<String>, decided: Bool
  ) -> [String] {
    if decided, prefixes.contains(root) { return [root] }
    return prefixes.filter { prefix in
      prefix == root
        || prefix.hasPrefix(root) && !roots.contains(prefix)
          && prefix.dropFirst(root.count).count(where: { $0 == "." }) == 1
    }
  }

  /// The prefix of each part that finds the most tensors.
  var best: [String] { parts.map { $0.best?.key ?? "" } }

  var bestCount: Int { parts.reduce(0) { $0 + ($1.best?.value ?? 0) } }

  func count(behind prefixes: [String]) -> Int {
    zip(parts, prefixes).reduce(0) { $0 + ($1.0.counts[$1.1] ?? 0) }
  }

  func names(behind prefixes: [String]) -> Set<String> {
    zip(parts, prefixes).reduce(into: []) { names, pair in
      names.formUnion(pair.0.required.map { pair.1 + $0 })
    }
  }

  /// What the convention calls the tensors.
  var names: Set<String> { parts.reduce(into: []) { $0.formUnion($1.all) } }

  /// Prefixes, none of these, behind which the greater part of a part is.
  func others(than chosen: [String]) -> [String] {
    var found: Set<String> = []
    for (part, own) in zip(parts, chosen) where part.required.count > 1 {
      for (prefix, count) in part.counts where prefix != own && 2 * count > part.required.count {
        if !Part.isOwnedByTower(prefix) { found.insert(prefix) }
      }
    }
    return found.subtracting(chosen).sorted()
  }
}

extension PrefixScan.Part {
  init(_ shapes: [String: [Int]], _ naming: WeightNaming, _ part: WeightLoader.Part, prefix root: String?) {
    var (required, all): (Set<String>, Set<String>) = ([], [])
    var expected: [(name: String, shape: [Int])] = []
    for tensor in part.layout.tensors {
      let pieces = naming.source(part.prefix + tensor.name).parts(of: tensor.shape)
      all.formUnion(pieces.map(\.name))
      guard !part.optional.contains(tensor.name) else { continue }
      required.formUnion(pieces.map(\.name))
      expected += pieces
    }
    var counts: [String: Int] = [:]
    for name in shapes.keys {
      if all.contains(name) { counts["", default: 0] += 1 }
      for index in name.indices where name[index] == "." {
        let start = name.index(after: index)
        if all.contains(String(name[start...])) { counts[String(name[..<start]), default: 0] += 1 }
      }
    }
    let isMeant: @Sendable (String) -> Bool = { prefix in root.map { prefix.hasPrefix($0) } ?? true }
    complete = counts.keys.filter { prefix in
      isMeant(prefix)
        && expected.allSatisfy { name, shape in shapes[prefix + name].map { fits($0, shape) } ?? false }
    }.sorted { ($0.count, $0) < ($1.count, $1) }
    (self.required, self.all, self.counts, self.isMeant) = (required, all, counts, isMeant)
  }

  var best: (key: String, value: Int)? {
    let usable = counts.filter { prefix, count in
      isMeant(prefix) && (complete.contains(prefix) || count == all.count || !Self.isOwnedByTower(prefix))
    }
    return usable.min { ($1.value, $0.key.count, $0.key) < ($0.value, $1.key.count, $1.key) }
  }

  /// Of whole networks: what follows these is the other tower's, unless it is all there.
  static func isOwnedByTower(_ prefix: String) -> Bool {
    ["visual.", "vision_model.", "text_model."].contains { prefix.hasSuffix($0) }
  }
}

/// Whether a stored tensor can be one of this shape: a scalar is stored as (), or as (1).
func fits(_ found: [Int], _ shape: [Int]) -> Bool { found == shape || shape.isEmpty && found == [1] }
