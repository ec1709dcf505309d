import Kernels

/// `random-tokens`: ids drawn evenly from a vocabulary, as `torch.randint` gives them.
struct RandomTokens: TokenSource {
  let context: Int
  let vocabularySize: Int
  private let stream: RandomStream

  init(context: Int, vocabularySize: Int, seed: UInt64) {
    self.context = context
    self.vocabularySize = vocabularySize
    stream = RandomStream(seed: seed, stage: "data", name: "random-tokens")
  }

  func tokens(_ index: Int) -> [Int32] {
    stream.integers(below: vocabularySize, count: context, offset: index * context).map(Int32.init)
  }

  static let kind = DatasetKind(
    "random-tokens", "token ids drawn uniformly from a vocabulary",
    [
      .madeCount, .defaulted("context", .integer(2...8192), 77, "token ids per text"),
      .defaulted(
        "vocabulary", .integer(2...1_000_000), 49408, "the number of different ids; each is below it"),
    ], source: .drawn,
    sides: {
      DeclaredSides(
        x: .tokens(context: try $0.integer("context"), vocabulary: try $0.integer("vocabulary")), y: .none)
    },
    make: { parameters in
      let source = RandomTokens(
        context: try parameters.integer("context"), vocabularySize: try parameters.integer("vocabulary"),
        seed: try parameters.seed())
      return PairedData(count: try parameters.integer("count"), x: .tokens(source))
    })
}
