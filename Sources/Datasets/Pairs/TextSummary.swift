/// What became of the texts of one side of a data set on their way to tokens, for a user to be told.
package struct TextSummary: Sendable, Equatable {
  /// `bytes`, `byte pairs` or `residues`.
  package let tokenizer: String
  /// Every id is below it.
  package let vocabularySize: Int
  /// Tokens a text, start and end among them.
  package let context: Int
  /// How many texts there are.
  package let count: Int
  /// How many had more tokens than the context has room for, and lost their ends.
  package private(set) var cut = 0
  /// Which was the first of them, counted from 0.
  package private(set) var firstCut: Int?
  /// How many have no token but start and end.
  package private(set) var empty = 0
  /// How many look as if they had been decoded with a wrong encoding, after the tokenizer's repairs: by the rules
  /// of ftfy, or because they hold U+FFFD.
  package private(set) var garbled = 0
  package private(set) var firstGarbled: Int?

  /// What a user should be told.
  package var notices: [String] {
    var notices: [String] = []
    if let firstCut {
      notices.append(
        "\(cut) of \(count) \(names) have more \(unit) than the context of \(context), which includes start and end, "
          + "and were truncated (the first is item \(firstCut), counted from 0); raise `\(key)`, or shorten them"
      )
    }
    if let firstGarbled {
      notices.append(
        "\(garbled) of \(count) \(names) look as if they had been decoded with a wrong encoding "
          + "(the first is item \(firstGarbled), counted from 0), and \(repairs); correct the file")
    }
    return notices
  }

  private var names: String { tokenizer == "residues" ? "sequences" : "captions" }

  private var key: String { tokenizer == "residues" ? "length" : "context" }

  private var unit: String { tokenizer == "byte pairs" ? "tokens" : tokenizer }

  private var repairs: String {
    tokenizer == "byte pairs"
      ? "could not be repaired"
      : "are used as they are, because texts are repaired only with CLIP's vocabulary"
  }
}

extension PairedData.Side {
  /// How the texts of the first `count` items become tokens; nil where the side has none. Every text is read and
  /// cut into tokens once.
  package func textSummary(count: Int) throws -> TextSummary? {
    guard case .texts(let source, let tokenizer, let context) = self else { return nil }
    var summary = TextSummary(tokenizer, context: context, count: count)
    for index in 0..<count { summary.add(try source.text(index), tokenizer, index) }
    return summary
  }
}

extension PairedData {
  /// The same, whose remarks say, too, what became of its texts.
  func remarkingOnTexts() -> PairedData {
    let sides = [x, y].compactMap { $0 }
    return replacing(
      y: y,
      remarks: { [count, remarks] in
        try remarks() + sides.flatMap { try $0.textSummary(count: count)?.notices ?? [] }
      })
  }
}

extension TextSummary {
  fileprivate init(_ tokenizer: any TextTokenizer, context: Int, count: Int) {
    self.tokenizer = tokenizer.name
    vocabularySize = tokenizer.vocabularySize
    self.context = context
    self.count = count
  }

  fileprivate mutating func add(_ text: String, _ tokenizer: any TextTokenizer, _ index: Int) {
    let room = max(0, context - 2)
    let tokens = tokenizer.ids(text, most: room + 1).count
    if tokens == 0 { empty += 1 }
    if tokens > room {
      cut += 1
      firstCut = firstCut ?? index
    }
    if Mojibake.isSuspected(in: tokenizer.cleaned(text)) {
      garbled += 1
      firstGarbled = firstGarbled ?? index
    }
  }
}
