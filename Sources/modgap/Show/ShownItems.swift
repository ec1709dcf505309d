import Contracts
import Datasets
import Declarations
import Execution
import Figures

/// Items of a data set as an encoder is given them, made visible again: normalisation is undone, tokens are
/// turned back into text.
struct ShownItems {
  private struct Item {
    let title: String
    let pictures: [SheetPicture]
    let texts: [String]
  }

  private let items: [Item]
  private let data: PairedData
  private let description: DataDescription
  private let remarks: [String]

  /// - Throws: `ShowFailure.onlyNumbers`; what reading the items throws.
  init(_ data: PairedData, _ description: DataDescription, count: Int, budget: ThreadBudget) throws {
    let range = 0..<min(count, data.count)
    var pictures = [[SheetPicture]](repeating: [], count: range.count)
    var texts = [[String]](repeating: [], count: range.count)
    var remarks: [String] = []
    for side in [data.x, data.y].compactMap({ $0 }) {
      switch side {
      case .numbers(let source):
        let (found, remark) = try ShownPictures(source, description).pictures(range.count, budget)
        for index in range { pictures[index] += found[index] }
        remarks += remark
      case .texts(let source, let tokenizer, let context):
        for index in range {
          texts[index].append(Self.asTokenized(try source.text(index), tokenizer, context))
        }
      case .tokens(let source):
        for index in range {
          texts[index].append(try source.tokens(index).map(String.init).joined(separator: " "))
        }
      }
    }
    items = range.map { index in
      Item(title: Self.title(index, data), pictures: pictures[index], texts: texts[index])
    }
    self.data = data
    self.description = description
    self.remarks = remarks
  }

  private static func title(_ index: Int, _ data: PairedData) -> String {
    guard index < data.labels.count else { return "\(index)" }
    let label = Int(data.labels[index])
    return "\(index), class \(label)"
      + (data.classes.indices.contains(label) ? ": \(data.classes[label])" : "")
  }

  /// What the tokens of a text stand for; of one that is cut, how many the encoder does not see.
  private static func asTokenized(_ text: String, _ tokenizer: any TextTokenizer, _ context: Int) -> String {
    let room = max(0, context - 2)
    let all = tokenizer.ids(text, most: max(room + 1, text.utf8.count))
    let seen = tokenizer.text(of: Array(all.prefix(room)))
    return all.count > room ? "\(seen) [first \(room) of \(all.count) tokens]" : seen
  }

  var sheet: [SheetItem] {
    items.map { SheetItem(title: $0.title, pictures: $0.pictures, texts: $0.texts) }
  }

  /// What stands above the items.
  func heading(_ name: String) -> [String] {
    let sides = [data.x, data.y].compactMap { $0?.inputKind }.map(Self.words).joined(separator: "; ")
    return ["\(name): \(description.kind), \(items.count) of \(data.count) items. \(sides)"] + remarks
  }

  private static func words(_ inputKind: InputKind) -> String {
    switch inputKind {
    case .numbers(let shape) where shape.count == 4:
      "videos of \(shape[0]) frames, \(shape[3]) × \(shape[2]) pixels"
    case .numbers(let shape): "images of \(shape.last ?? 0) × \(shape.dropLast().last ?? 0) pixels"
    case .tokens(let context, let vocabulary): "texts of \(context) tokens from a vocabulary of \(vocabulary)"
    }
  }

  func json(_ path: String) -> JSONValue {
    .object([
      "format": "modgap-show", "version": 1, "path": .string(path), "kind": .string(description.kind),
      "count": .number(Double(data.count)),
      "items": .array(
        items.enumerated().map { index, item in
          .object([
            "index": .number(Double(index)), "title": .string(item.title),
            "pictures": .number(Double(item.pictures.count)),
            "texts": .array(item.texts.map(JSONValue.string)),
          ])
        }),
    ])
  }
}
