import Declarations
import Files
import Foundation
import TestSupport
import Testing

/// The one parser of JSON, against Foundation's and against what was written.
@Suite struct JSONTests {
  private static func value(_ numbers: inout TestNumbers, depth: Int = 0) -> JSONValue {
    switch Int.random(in: 0..<(depth < 4 ? 7 : 5), using: &numbers) {
    case 0: return .null
    case 1: return .bool(.random(using: &numbers))
    case 2: return .number(Double(Int.random(in: -1_000_000...1_000_000, using: &numbers)))
    case 3: return .number(numbers.double() * pow(10, Double(Int.random(in: -300...300, using: &numbers))))
    case 4: return .string(text(&numbers))
    case 5:
      return .array(
        (0..<Int.random(in: 0...4, using: &numbers)).map { _ in value(&numbers, depth: depth + 1) })
    default:
      var members: [String: JSONValue] = [:]
      for _ in 0..<Int.random(in: 0...4, using: &numbers) {
        members[text(&numbers)] = value(&numbers, depth: depth + 1)
      }
      return .object(members)
    }
  }

  private static func text(_ numbers: inout TestNumbers) -> String {
    let scalars: [Unicode.Scalar] = [
      "a", "\"", "\\", "/", "\n", "\t", "\u{1}", "é", "e", "\u{301}", "𝄞", "\u{2028}",
    ]
    return String(
      String.UnicodeScalarView(
        (0..<Int.random(in: 0...6, using: &numbers)).map { _ in
          scalars[Int.random(in: 0..<scalars.count, using: &numbers)]
        }))
  }

  @Test(arguments: 0..<50) func whatIsWrittenIsRead(seed: UInt64) throws {
    var numbers = TestNumbers(seed)
    for _ in 0..<20 {
      let value = Self.value(&numbers)
      for text in [value.canonical, value.pretty] {
        #expect(try JSONReader.value(Array(text.utf8)) == value)
        let tree = try JSONTree.read(Array(text.utf8), deepest: 100)
        #expect(tree.tree.value == value && tree.repeated.isEmpty)
        var reader = JSONReader(Array(text.utf8))
        #expect(try reader.pass().count <= text.utf8.count)
      }
    }
  }

  /// Foundation takes what is JSON, too, and a comma behind the last item and numbers that underflow besides.
  @Test(arguments: 0..<50) func itTakesWhatFoundationTakes(seed: UInt64) throws {
    var numbers = TestNumbers(seed &+ 1000)
    let pieces = Array("{}[]:,\"\\ut0-.e1+ \n".utf8) + [0xC3, 0x28, 0]
    for _ in 0..<40 {
      var bytes = Array(Self.value(&numbers).pretty.utf8)
      for _ in 0..<Int.random(in: 1...3, using: &numbers) where !bytes.isEmpty {
        let place = Int.random(in: 0..<bytes.count, using: &numbers)
        let piece = pieces[Int.random(in: 0..<pieces.count, using: &numbers)]
        switch Int.random(in: 0..<3, using: &numbers) {
        case 0: bytes[place] = piece
        case 1: bytes.insert(piece, at: place)
        default: bytes.remove(at: place)
        }
      }
      let ours = try? JSONReader.value(bytes)
      let theirs = try? JSONDecoder().decode(JSONValue.self, from: Data(bytes))
      // A zero byte, which begins UTF-16 or -32, is another encoding to Foundation.
      guard !bytes.contains(0) else { continue }
      let text = String(decoding: bytes, as: UTF8.self)
      if let ours {
        #expect(theirs == ours, "\(text)")
      } else {
        #expect(theirs == nil || Self.isLax(text), "\(text)")
      }
    }
  }

  /// Whether a comma stands behind a last item, or a number is not zero and too small.
  private static func isLax(_ text: String) -> Bool {
    let dense = text.filter { !$0.isWhitespace }
    if dense.contains(",]") || dense.contains(",}") { return true }
    return text.split { !"0123456789.eE+-".contains($0) }.contains { word in
      guard let number = Double(word) else { return false }
      return number == 0 && word.prefix { $0 != "e" && $0 != "E" }.contains { ("1"..."9").contains($0) }
    }
  }

  @Test(arguments: [
    ("{\"a\": 1,}", 8, "}", "a key in double quotes"), ("[1 2]", 3, "2", "\",\" or \"]\""),
    ("[01]", 1, "01", "a JSON number"), ("[1e400]", 1, "1e400", "a number that a double can hold"),
    ("[1e-400]", 1, "1e-400", "a number that a double can hold"),
    ("\"a", 2, "the end of the file", "a closing quote"),
    (
      "\"\\x\"", 0, "a string with a broken escape", "escapes of JSON, such as \\n, \\\\ and \\u00e9"
    ),
    ("nul", 0, "nul", "a JSON value"), ("{} x", 3, "x", "the end of the file"),
    ("\"a\nb\"", 2, "the end of the line", "a closing quote"),
    ("{\"a\" 1}", 5, "1", "\":\" after the key"), ("", 0, "the end of the file", "a JSON value"),
  ])
  func whatIsNoJSONIsNamed(text: String, offset: Int, found: String, expected: String) {
    let fault = #expect(throws: JSONFault.self) { try JSONReader.value(Array(text.utf8)) }
    #expect(fault?.offset == offset && fault?.found == found && fault?.expected == expected)
  }

  @Test(arguments: [#"["\u00e9","a\ud83d\ude00b"]"#, "[\"\u{e9}\",\"a\u{1F600}b\"]"])
  func everyEscapeIsKnown(text: String) throws {
    #expect(try JSONReader.value(Array(text.utf8)) == .array(["\u{e9}", "a\u{1F600}b"]))
  }

  @Test(arguments: [
    #""\ud83d""#, #""\ud83dx""#, #""\ud83d\u0041""#, #""\ude00""#, #""\u12""#, #""\ud83d\"#, #""\u+123""#,
  ])
  func halfAPairIsRefused(text: String) {
    #expect(throws: JSONFault.self) { try JSONReader.value(Array(text.utf8)) }
  }

  /// Other programs read what is too small for a double as zero; a user's mistake is refused.
  @Test(arguments: ["1e-400", "-1e-400", "0.0001e-330", "1e-324"]) func tooSmallIsZeroWhereItIsAskedFor(
    text: String
  ) throws {
    #expect(throws: JSONFault.self) { try JSONReader.value(Array(text.utf8)) }
    #expect(try JSONReader.value(Array("[\(text), 1]".utf8), roundsToZero: true) == .array([0, 1]))
    for small in ["1e-310", "5e-324", "0e-999"] {
      #expect(
        try JSONReader.value(Array(small.utf8)) == JSONReader.value(Array(small.utf8), roundsToZero: true))
    }
    #expect(throws: JSONFault.self) { try JSONReader.value(Array("1e400".utf8), roundsToZero: true) }
  }

  @Test func nestingIsBounded() throws {
    for depth in [100, 101] {
      let text = String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
      let read = { _ = try JSONTree.read(Array(text.utf8), deepest: 99) }
      if depth == 100 { try read() } else { #expect(throws: JSONTree.Broken.self) { try read() } }
    }
    let deep = String(repeating: "{\"a\":", count: 100_000)
    #expect(throws: JSONFault.self) { try JSONReader.value(Array(deep.utf8)) }
    #expect(throws: JSONFault.self) { try JSONReader.repeatedKey(in: Array(deep.utf8)) }
  }

  @Test func keysThatAreThereTwiceAreTold() throws {
    let text = Array("{\"a\": {\"b\": 1, \"b\": 2}, \"e\u{301}\": 0, \"\u{e9}\": 1}".utf8)
    #expect(try JSONReader.repeatedKey(in: text) == "b")
    #expect(try JSONReader.repeatedKey(in: Array("[{\"a\": 1}, {\"a\": 2}]".utf8)) == nil)
    let repeated = try JSONTree.read(text, deepest: 9).repeated
    #expect(repeated.map(\.isExact) == [true, false])
    #expect(repeated.first?.path == [.key("a"), .key("b")])
  }

  @Test func escapedControlsStayTheSameValue() throws {
    let controls: [UInt32] =
      Array(0x7F...0x9F) + [0x61C, 0x200E, 0x200F, 0x2028, 0x2029, 0x202A, 0x202E, 0x2066, 0x2069]
    for scalar in controls.compactMap(Unicode.Scalar.init) {
      let value = JSONValue.object(["a": JSONValue.string("x\(Character(scalar))y")])
      let text = PlainText.escapedInJSON(value.canonical)
      #expect(!text.unicodeScalars.contains(where: PlainText.isUnsafe))
      #expect(try JSONReader.value(Array(text.utf8)) == value)
    }
  }
}
