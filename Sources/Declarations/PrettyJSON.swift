extension JSONValue {
  /// The value over several lines, two spaces a level, keys sorted; short lists stay on one line.
  package var pretty: String { pretty(step: 2) }

  /// The same with another number of spaces a level.
  package func pretty(step: Int) -> String {
    var text = ""
    writePretty(to: &text, indent: "", step: String(repeating: " ", count: step))
    return text + "\n"
  }

  private static let widest = 100

  private func writePretty(to text: inout String, indent: String, step: String) {
    let inner = indent + step
    switch self {
    case .array(let items) where !items.isEmpty:
      let line = canonical
      if isFlat, line.utf8.count <= Self.widest {
        text += line
        return
      }
      text += "[\n"
      for (index, item) in items.enumerated() {
        text += inner
        item.writePretty(to: &text, indent: inner, step: step)
        text += index + 1 < items.count ? ",\n" : "\n"
      }
      text += indent + "]"
    case .object(let members) where !members.isEmpty:
      text += "{\n"
      for (index, member) in members.sorted(by: { $0.key < $1.key }).enumerated() {
        text += inner + JSONValue.string(member.key).canonical + ": "
        member.value.writePretty(to: &text, indent: inner, step: step)
        text += index + 1 < members.count ? ",\n" : "\n"
      }
      text += indent + "}"
    default: text += canonical
    }
  }

  private var isFlat: Bool {
    array?.allSatisfy { $0.array == nil && $0.object == nil } ?? true
  }
}
