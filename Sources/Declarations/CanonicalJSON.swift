extension JSONValue {
  /// The one spelling of the value: sorted keys, no white space, shortest round-trip numbers.
  ///
  /// Cache keys are taken over it, so it must never change for a value that has not.
  package var canonical: String {
    var text = ""
    write(to: &text)
    return text
  }

  private func write(to text: inout String) {
    switch self {
    case .null: text += "null"
    case .bool(let flag): text += flag ? "true" : "false"
    case .number(let number): text += Self.spelling(of: number)
    case .string(let string): Self.quote(string, to: &text)
    case .array(let items): writeArray(items, to: &text)
    case .object(let members): writeObject(members, to: &text)
    }
  }

  private func writeArray(_ items: [JSONValue], to text: inout String) {
    text += "["
    for (index, item) in items.enumerated() {
      if index > 0 { text += "," }
      item.write(to: &text)
    }
    text += "]"
  }

  private func writeObject(_ members: [String: JSONValue], to text: inout String) {
    text += "{"
    for (index, member) in members.sorted(by: { $0.key < $1.key }).enumerated() {
      if index > 0 { text += "," }
      Self.quote(member.key, to: &text)
      text += ":"
      member.value.write(to: &text)
    }
    text += "}"
  }

  /// `5` for 5.0 and −0.0's `0`; otherwise the shortest decimal that reads back as the same double.
  package static func spelling(of number: Double) -> String {
    if number == number.rounded(), abs(number) < 9_007_199_254_740_992 { return String(Int(number)) }
    return "\(number)"
  }

  private static func quote(_ string: String, to text: inout String) {
    text += "\""
    if string.utf8.allSatisfy({ $0 >= 0x20 && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") }) {
      text += string
      text += "\""
      return
    }
    for scalar in string.unicodeScalars {
      switch scalar {
      case "\"": text += "\\\""
      case "\\": text += "\\\\"
      case "\n": text += "\\n"
      case "\r": text += "\\r"
      case "\t": text += "\\t"
      case _ where scalar.value < 0x20:
        let hex = String(scalar.value, radix: 16)
        text += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
      default: text.unicodeScalars.append(scalar)
      }
    }
    text += "\""
  }
}
