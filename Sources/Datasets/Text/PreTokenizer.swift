/// Cuts cleaned text into the words of CLIP's pattern: a special token; `'s 't 're 've 'm 'll 'd`; a run of
/// letters; one numeral; a run of anything else but white space.
struct PreTokenizer {
  enum Word: Equatable {
    case start, end
    case text([UInt8])
  }

  private enum Category {
    case letter, number, space, other
  }

  private let scalars: [Unicode.Scalar]
  private var index = 0

  init(_ text: String) { scalars = Array(text.unicodeScalars) }

  mutating func next() -> Word? {
    while index < scalars.count, Self.category(scalars[index]) == .space { index += 1 }
    guard index < scalars.count else { return nil }
    let start = index
    let isStart = skip("<|startoftext|>")
    if isStart || skip("<|endoftext|>") {
      if scalars[start..<index].allSatisfy(\.isASCII) { return isStart ? .start : .end }
    } else if !skipContraction() {
      skipRun()
    }
    return .text(scalars[start..<index].flatMap { UTF8.encode($0).map(Array.init) ?? [] })
  }

  /// Upper and lower case are the same to the pattern, and the long s, which has no capital of its own, is an s.
  private mutating func skip(_ wanted: StaticString) -> Bool {
    let rest = scalars[index...]
    let count = wanted.utf8CodeUnitCount
    let isThere = wanted.withUTF8Buffer { bytes in
      rest.count >= count
        && zip(rest, bytes).allSatisfy {
          $0.value == UInt32($1) || $0 == "\u{17F}" && $1 == UInt8(ascii: "s")
        }
    }
    if isThere { index += count }
    return isThere
  }

  private mutating func skipContraction() -> Bool {
    guard scalars[index] == "'" else { return false }
    return skip("'s") || skip("'t") || skip("'re") || skip("'ve") || skip("'m") || skip("'ll") || skip("'d")
  }

  private mutating func skipRun() {
    let kind = Self.category(scalars[index])
    index += 1
    if kind == .number { return }
    while index < scalars.count, Self.category(scalars[index]) == kind { index += 1 }
  }

  private static func category(_ scalar: Unicode.Scalar) -> Category {
    if scalar.isASCII {
      switch scalar.value {
      case 0x61...0x7A, 0x41...0x5A: return .letter
      case 0x30...0x39: return .number
      case 0x09...0x0D, 0x20: return .space
      default: return .other
      }
    }
    switch scalar.properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: return .letter
    case .decimalNumber, .letterNumber, .otherNumber: return .number
    // The iota below is a mark whose capital is a letter: the pattern, which ignores case, takes it for neither.
    default: return scalar.properties.isWhitespace || scalar == "\u{345}" ? .space : .other
    }
  }
}
