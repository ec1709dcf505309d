/// Items of a data set in another order, or a sample of them.
extension PairedData {
  /// - Precondition: every index is below `count`.
  func subset(_ indices: [Int]) -> PairedData {
    replacing(
      count: indices.count, x: x.subset(indices), y: y?.subset(indices),
      labels: labels.isEmpty ? [] : indices.map { labels[$0] },
      attributes: { name in
        try attribute(name).map { all in
          Attribute(classes: all.classes, labels: indices.map { all.labels[$0] })
        }
      }, annotations: annotations.picking(indices))
  }
}

extension PairedData.Side {
  /// - Precondition: every index is an item's.
  package func subset(_ indices: [Int]) -> PairedData.Side {
    switch self {
    case .numbers(let source): .numbers(ChosenNumbers(source: source, indices: indices))
    case .texts(let source, let tokenizer, let context):
      .texts(ChosenTexts(source: source, indices: indices), tokenizer, context: context)
    case .tokens(let source): .tokens(ChosenTokens(source: source, indices: indices))
    }
  }
}

private struct ChosenNumbers: NumberSource {
  let source: any NumberSource
  let indices: [Int]
  var shape: [Int] { source.shape }

  func write(_ index: Int, into out: UnsafeMutablePointer<Float>) throws {
    try source.write(indices[index], into: out)
  }
}

private struct ChosenTexts: TextSource {
  let source: any TextSource
  let indices: [Int]

  func text(_ index: Int) throws -> String { try source.text(indices[index]) }
}

private struct ChosenTokens: TokenSource {
  let source: any TokenSource
  let indices: [Int]
  var context: Int { source.context }
  var vocabularySize: Int { source.vocabularySize }

  func tokens(_ index: Int) throws -> [Int32] { try source.tokens(indices[index]) }
}
