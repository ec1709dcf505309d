import Contracts
import Declarations

extension Parameter {
  /// The word for the classes that the data have by themselves.
  static let ownClasses = "classes"

  /// The keys that say what items are called. A kind that has such a key of its own keeps its meaning.
  static func annotations(
    beside parameters: [Parameter], _ source: DataSource, _ attributes: [String]
  ) -> [Parameter] {
    let hasClasses = parameters.contains { $0.name == prompt.name }
    let words = (hasClasses ? [ownClasses] : []) + attributes
    let labels =
      source == .drawn
      ? (words.isEmpty
        ? nil : optional(ItemText.label.key, .choice(words), labelSummary(words, isFile: false)))
      : ItemTextFile.parameter(.label, labelSummary(words, isFile: true), orWords: words)
    let ids = source == .drawn ? nil : ItemTextFile.parameter(.id, idSummary)
    return [labels, ids].compactMap { $0 }.filter { key in !parameters.contains { $0.name == key.name } }
  }

  private static let idSummary =
    "the id of each item, before `count` and `seed` choose some: a .npy array, or a CSV file with one per line, or "
    + "`{path, column}` of a CSV file with a header; carried with the embeddings"

  private static func labelSummary(_ words: [String], isFile: Bool) -> String {
    let named = words.isEmpty ? "" : "\(words.map { "`\($0)`" }.joined(separator: ", ")) of these data"
    guard isFile else { return "the label of each item: \(named); carried with the embeddings" }
    return
      "the label of each item, in a file as for `ids`\(named.isEmpty ? "" : ", or \(named)"); carried with the "
      + "embeddings, and the classes of the items"
  }
}

extension PairedData {
  /// The same with ids and labels, as the data's parameters give them; labels are its classes, too.
  ///
  /// - Throws: what `ItemTextFile.load` and `attribute` throw; `DatasetFailure` where the data have no classes.
  func annotated(_ texts: [ItemText], _ parameters: DataParameters) throws -> PairedData {
    var annotations = annotations
    var classes: Attribute?
    for text in texts {
      guard let value = parameters[text.key] else { continue }
      if text == .label, let word = value.string, let own = try ownClasses(word) {
        annotations.labels = own.labels.map { own.classes[Int($0)] }
        classes = own
      } else if let file = ItemTextFile(value), !parameters.isWord(value, of: text.key) {
        annotations[text] = try file.load(text, count: count)
        if text == .label { classes = Attribute(of: annotations.labels) }
      } else {
        throw DatasetFailure.badParameter(
          kind: parameters.kind, name: text.key,
          expected: "a file, because these data have no `\(value.string ?? value.described)`")
      }
    }
    return replacing(
      y: y, labels: classes?.labels, classes: classes?.classes,
      annotations: annotations)
  }

  /// Nil where the word is no attribute of these data.
  private func ownClasses(_ word: String) throws -> Attribute? {
    guard word.isExactly(Parameter.ownClasses) else { return try attribute(word) }
    return labels.isEmpty || classes.isEmpty ? nil : Attribute(classes: classes, labels: labels)
  }
}

extension PairedData.Attribute {
  /// The classes that texts name: whole numbers in their order, other texts in the order of their bytes.
  package init(of texts: [String]) {
    let names = Set(texts.map(ExactString.init)).map { (text: $0.text, number: Int($0.text)) }
    let areNumbers = names.allSatisfy { $0.number != nil }
    let classes = names.sorted { first, second in
      guard areNumbers, let a = first.number, let b = second.number, a != b else {
        return first.text.isExactlyBefore(second.text)
      }
      return a < b
    }.map(\.text)
    let places = Dictionary(
      classes.enumerated().map { (ExactString($1), Int32($0)) }, uniquingKeysWith: { first, _ in first })
    self.init(classes: classes, labels: texts.map { places[ExactString($0)] ?? 0 })
  }
}
