import Contracts

/// Fills a tower's layout from a file, whichever of several conventions names its tensors.
package struct WeightLoader {
  /// A tower and what its tensors' names begin with in the network: `visual.`.
  package struct Part: Sendable {
    package let prefix: String
    package let layout: ParameterLayout
    /// Tensors that a file may leave out, for the program to draw: a projection that this dual encoder adds.
    package let optional: Set<String>

    package init(_ prefix: String = "", _ layout: ParameterLayout, optional: Set<String> = []) {
      self.prefix = prefix
      self.layout = layout
      self.optional = optional
    }
  }

  private let file: WeightFile
  private let naming: WeightNaming

  /// Chooses the convention that finds the most tensors.
  ///
  /// - Precondition: `namings` is not empty.
  package init(_ file: WeightFile, _ namings: [WeightNaming], for parts: [Part]) {
    let names = parts.flatMap { part in part.layout.tensors.map { part.prefix + $0.name } }
    func found(_ naming: WeightNaming) -> Int {
      names.count { name in naming.source(name).names.allSatisfy { file.shapes[$0] != nil } }
    }
    let counts = namings.map(found)
    let best = counts.indices.max { (counts[$0], -$0) < (counts[$1], -$1) } ?? 0
    self.file = file
    naming = namings[best]
  }

  /// - Throws: `WeightFailure.unfit` with every tensor that is missing, too many or of another shape;
  ///   `WeightFailure.notFinite`; the file's own failure where its bytes cannot be read.
  package func load(_ parts: [Part]) throws -> [NetworkWeights] {
    try check(parts)
    return try parts.map(fill)
  }

  /// One part of a network that must fit the file as a whole.
  package func load(_ parts: [Part], keeping part: Int) throws -> NetworkWeights {
    try check(parts)
    return try fill(parts[part])
  }

  private func check(_ parts: [Part]) throws {
    var problems = WeightProblems()
    var used: Set<String> = []
    for part in parts {
      let left = Set(leftOut(of: part).map(\.name))
      for tensor in part.layout.tensors where !left.contains(tensor.name) {
        check(tensor, part.prefix, &problems, &used)
      }
    }
    problems.extra = file.shapes.keys.filter { !used.contains($0) && !naming.ignores($0) }.sorted()
    guard problems.isEmpty else {
      throw WeightFailure.unfit(path: file.path, naming: naming.title, problems)
    }
  }

  /// What the file does not have and need not have.
  package func leftOut(of part: Part) -> [TensorSpec] {
    part.layout.tensors.filter { tensor in
      part.optional.contains(tensor.name)
        && naming.source(part.prefix + tensor.name).names.allSatisfy { file.shapes[$0] == nil }
    }
  }

  private func check(
    _ tensor: TensorSpec, _ prefix: String, _ problems: inout WeightProblems, _ used: inout Set<String>
  ) {
    for (name, shape) in naming.source(prefix + tensor.name).parts(of: tensor.shape) {
      used.insert(name)
      guard let found = file.shapes[name] else {
        problems.missing.append(name)
        continue
      }
      // A scalar is stored as (), or as (1).
      let isScalar = shape.isEmpty && found == [1]
      if found != shape, !isScalar {
        problems.misshaped.append(.init(name: name, found: found, expected: shape))
      }
    }
  }

  private func fill(_ part: Part) throws -> NetworkWeights {
    var values = [Float](repeating: 0, count: part.layout.count)
    let left = Set(leftOut(of: part).map(\.name))
    for (tensor, offset) in zip(part.layout.tensors, part.layout.offsets) where !left.contains(tensor.name) {
      let found = try file.values(of: naming.source(part.prefix + tensor.name))
      values.replaceSubrange(offset..<offset + tensor.count, with: found)
    }
    return NetworkWeights(layout: part.layout, values: values)
  }
}
