import Declarations

/// Fills a tower's layout from a file, whichever of several conventions names its tensors, and whatever wrappers
/// put in front of the names.
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
  private let parts: [Part]
  private let reading: WeightReading

  /// Chooses the network that is all there, and else the convention that finds the most tensors.
  ///
  /// - Parameter prefix: what the names of the network begin with that is meant, where the file has several.
  /// - Precondition: `namings` is not empty.
  package init(_ file: WeightFile, _ namings: [WeightNaming], for parts: [Part], prefix: String? = nil) {
    self.file = file
    self.parts = parts
    let isOpen = prefix.map { !$0.isEmpty && !$0.hasSuffix(".") } ?? false
    reading = WeightReading(file.shapes, namings, for: parts, prefix: prefix.map { isOpen ? $0 + "." : $0 })
  }

  /// What the names of the file are those of: `Hugging Face, behind module.`.
  package var namesAre: String { reading.title }

  /// Sentences on what the file has besides, and is not read.
  package var passedOver: [String] {
    var sentences: [String] = []
    if !reading.others.isEmpty {
      sentences.append(
        "\(file.path): skipped tensors of other networks like this one, whose names begin with "
          + firstFew(reading.others.map { $0.isEmpty ? "no prefix" : "`\($0)`" })
          + "; the tensors that are read are those of \(reading.title)")
    }
    let strange = file.shapes.keys.filter(reading.isStrange).sortedByBytes()
    if !strange.isEmpty {
      sentences.append(
        "\(file.path): skipped \(counted(strange.count, "tensor")) that no tower of a CLIP model has: "
          + firstFew(strange.map { "`\($0)`" }))
    }
    return sentences
  }

  /// - Throws: `WeightFailure.severalNetworks`; `WeightFailure.unfit` with every tensor that is missing, too many or of another shape;
  ///   `WeightFailure.notFinite`; the file's own failure where its bytes cannot be read.
  package func load() throws -> [NetworkWeights] {
    try check()
    return try parts.indices.map(fill)
  }

  /// One part of a network that must fit the file as a whole.
  package func load(keeping part: Int) throws -> NetworkWeights {
    try check()
    return try fill(part)
  }

  private func check() throws {
    guard reading.rivals.isEmpty else {
      throw WeightFailure.severalNetworks(path: file.path, prefixes: reading.rivals)
    }
    var problems = WeightProblems(found: reading.found, names: file.shapes.keys.sorted())
    var used: Set<String> = []
    for (index, part) in parts.enumerated() {
      let left = Set(leftOut(of: index).map(\.name))
      for tensor in part.layout.tensors where !left.contains(tensor.name) {
        check(tensor, index, &problems, &used)
      }
    }
    problems.extra = file.shapes.keys.filter { !used.contains($0) && !reading.ignores($0) }.sorted()
    guard problems.isEmpty else {
      throw WeightFailure.unfit(path: file.path, naming: reading.title, problems)
    }
  }

  /// What the file does not have of a part and need not have.
  package func leftOut(of part: Int) -> [TensorSpec] {
    parts[part].layout.tensors.filter { tensor in
      parts[part].optional.contains(tensor.name)
        && reading.source(tensor.name, of: part, parts).names.allSatisfy { file.shapes[$0] == nil }
    }
  }

  private func check(
    _ tensor: TensorSpec, _ part: Int, _ problems: inout WeightProblems, _ used: inout Set<String>
  ) {
    for (name, shape) in reading.source(tensor.name, of: part, parts).parts(of: tensor.shape) {
      used.insert(name)
      guard let found = file.shapes[name] else {
        problems.missing.append(name)
        continue
      }
      if !fits(found, shape) {
        problems.misshaped.append(.init(name: name, found: found, expected: shape))
      }
    }
  }

  private func fill(_ index: Int) throws -> NetworkWeights {
    let part = parts[index]
    var values = [Float](repeating: 0, count: part.layout.count)
    let left = Set(leftOut(of: index).map(\.name))
    for (tensor, offset) in zip(part.layout.tensors, part.layout.offsets) where !left.contains(tensor.name) {
      let found = try file.values(of: reading.source(tensor.name, of: index, parts))
      values.replaceSubrange(offset..<offset + tensor.count, with: found)
    }
    return NetworkWeights(layout: part.layout, values: values)
  }
}
