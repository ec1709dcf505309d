import Contracts
import Datasets
import Foundation
import TestSupport
import Testing

/// CLIP's cleaning of texts, against Python's `ftfy` and `html`.
@Suite struct TextCleaningTests {
  /// Ten merges, since only the cleaning is looked at.
  private static let tokenizer: BytePairTokenizer? = try? withFolder { folder in
    try BytePairTokenizer(vocabulary: write("#version: 0.2\nl o\nlo w</w>\n", folder + "/bpe.txt"))
  }

  private func cleaned(_ text: String) throws -> [Unicode.Scalar] {
    Array(try #require(Self.tokenizer).cleaned(text).unicodeScalars)
  }

  /// A text, what CLIP makes of it, and its ids: written by `Tests/oracles/clip_text.py`.
  struct Case: Decodable, Sendable {
    let text: String
    let cleaned: String
    let ids: [Int32]

    init(from decoder: any Decoder) throws {
      var values = try decoder.unkeyedContainer()
      text = try values.decode(String.self)
      cleaned = try values.decode(String.self)
      ids = try values.decode([Int32].self)
    }

    static let all: [Case] = {
      let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("../oracles/clip_text_cases.json").standardized
      let data = (try? Data(contentsOf: file)) ?? Data()
      return (try? JSONDecoder().decode([Case].self, from: data)) ?? []
    }()
  }

  @Test func everyCaseIsCleanedAsThere() throws {
    #expect(Case.all.count > 300)
    for one in Case.all {
      #expect(try cleaned(one.text) == Array(one.cleaned.unicodeScalars), "\(one.text.debugDescription)")
    }
  }

  private static let vocabulary = ProcessInfo.processInfo.environment["MODGAP_BPE"].flatMap {
    FileManager.default.fileExists(atPath: $0) ? $0 : nil
  }

  @Test(.enabled(if: vocabulary != nil, "needs CLIP's vocabulary (MODGAP_BPE)"))
  func everyCaseHasTheIdsOfThere() throws {
    let tokenizer = try BytePairTokenizer(vocabulary: Self.vocabulary ?? "")
    for one in Case.all {
      #expect(tokenizer.ids(one.text, most: .max) == one.ids, "\(one.text.debugDescription)")
    }
  }

  /// Texts drawn anew by the oracle, where a Python has what it needs.
  @Test(.enabled(if: oracle != nil, "needs a Python with ftfy and regex (MODGAP_PYTHON)"))
  func randomTextsAreCleanedAsThere() throws {
    let output = try #require(Outside.run(Self.oracle ?? "", [Self.script, "random", "3000", "1"])).output
    let cases = try JSONDecoder().decode([Case].self, from: Data(output.utf8))
    #expect(cases.count > 2000)
    for one in cases {
      #expect(try cleaned(one.text) == Array(one.cleaned.unicodeScalars), "\(one.text.debugDescription)")
    }
  }

  private static let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("../oracles/clip_text.py").standardized.path

  private static let oracle: String? = {
    let python = ProcessInfo.processInfo.environment["MODGAP_PYTHON"] ?? "python3"
    return Outside.run(python, ["-c", "import ftfy, regex"])?.status == 0 ? python : nil
  }()

  // MARK: - One by one

  @Test(arguments: [
    ("voilÃ  le cafÃ©", "voilà le café"), ("sÃ³", "só"), ("âœ” No problems", "✔ no problems"),
    // Twice over, with a space for the byte 0xA0, and only a part of the text.
    ("Ã\u{83}Â©tÃ\u{83}Â©", "été"), ("Ã la mode", "à la mode"),
    ("“right” and wrongÃ©", "\"right\" and wrongé"),
    // Windows-1251, Windows-1250, MacRoman, code page 437.
    ("РџСЂРёРІРµС‚, РјРёСЂ", "привет, мир"), ("pĹ™Ă­liĹˇ ĹľluĹĄouÄŤkĂ˝", "příliš žluťoučký"),
    ("√©t√© ‚Äî caf√©", "été — café"), ("Sch├╢n├⌐", "schöné"),
    // A byte that was lost.
    ("â€œ like this â€\u{FFFD}", "\" like this \u{FFFD}"),
    // Surrogates and a zero, as other programs write them into UTF-8.
    ("Ã© \u{ED}\u{A0}\u{BD}\u{ED}\u{B2}\u{A9}", "é \u{1F4A9}"),
    ("one\u{85}two \u{93}q\u{94}", "one…two \"q\""), ("\u{1B}[1;31mred\u{1B}[0m", "red"),
    ("ﬁﬂﬃ ŉ ﬅ ǆ", "fiflffi 'n ſt dž"),
    ("ＬＯＵＤ　ﾊﾟﾝ￥", "loud パン¥"), ("a\r\nb\rc\u{2028}d", "a b c d"), ("e\u{323}\u{302}", "ệ"),
    ("\u{10041}\u{301}\u{323}", "\u{10041}\u{323}\u{301}"), ("\u{1DC4}\u{F73}", "\u{F71}\u{F72}\u{1DC4}"),
    // Not a fault, and left alone.
    ("Ångström naïve façade", "ångström naïve façade"), ("(ò_ó) à ½ ²", "(ò_ó) à ½ ²"),
  ])
  func repairs(text: String, expected: String) throws {
    #expect(try cleaned(text) == Array(expected.unicodeScalars), "\(text.debugDescription)")
  }

  @Test(arguments: [
    ("&NotEqualTilde; &acE;", "≂̸ ∾̳"), ("&CounterClockwiseContourIntegral;", "∳"), ("&ampx &AMP;", "&x &"),
    ("&notit; &notin;", "¬it; ∉"), ("&EACUTE; &SZLIG; &nTILDE;", "é ss &ntilde;"),
    ("&#128; &#x9F; &#129;", "€ ÿ \u{81}"),
    ("&#0; &#xD800; &#1114112; &#99999999999999999999;", "\u{FFFD} \u{FFFD} \u{FFFD} \u{FFFD}"),
    ("a&#1;&#x1FFFE;b", "ab"),
    ("&#x41&#66;&#;&#x;&;", "л&#;&#x;&;"), ("&amp;amp;lt;", "<"), ("<i>&amp;amp;lt;", "<i>&lt;"),
    ("<&ldquo;", "<“"),
    ("x&#59;y", "x;y"),
  ])
  func references(text: String, expected: String) throws {
    #expect(try cleaned(text) == Array(expected.unicodeScalars), "\(text)")
  }

  /// Every name, with and without its semicolon, in capitals, and with letters behind it. Behind `<` nothing but
  /// `html.unescape` works, so that the standard library is enough.
  @Test(.enabled(if: python != nil, "needs python3"))
  func everyNameOfHTML5IsPythons() throws {
    let script = """
      import html, json
      from html.entities import html5
      texts = [form for name in html5 for form in
          ("<&%s" % name, "<&%sx;" % name.rstrip(";"), "<&%s1" % name, "<&amp;%s" % name, "<&%s" % name.upper())]
      texts += ["<&#%d;&#x%X" % (code, code) for code in [*range(0x300), *range(0xD7F0, 0xE010), *range(0xFDC0, 0x10010)]]
      print(json.dumps([[t, " ".join(html.unescape(html.unescape(t)).split()).lower()] for t in texts]))
      """
    let output = try #require(Outside.run(Self.python ?? "", ["-c", script])).output
    let pairs = try JSONDecoder().decode([[String]].self, from: Data(output.utf8))
    #expect(pairs.count > 2231 * 5)
    for pair in pairs { #expect(try cleaned(pair[0]) == Array(pair[1].unicodeScalars), "\(pair[0])") }
  }

  private static let python: String? = {
    let python = ProcessInfo.processInfo.environment["MODGAP_PYTHON"] ?? "python3"
    return Outside.run(python, ["-c", "import html.entities"])?.status == 0 ? python : nil
  }()

  /// Layer upon layer takes linear time, and ends.
  @Test func hostileTextsEnd() throws {
    let references = "&" + String(repeating: "amp;", count: 2_000)
    #expect(try cleaned(references).first == "&")
    for piece in [
      "Ã\u{83}Â\u{83}", "Ã ", "\u{1A}\u{FFFD}Ã", "\u{ED}\u{A0}", "â€\u{FFFD}", "\u{1B}[", "e\u{301}\u{323}",
    ] {
      _ = try cleaned(String(repeating: piece, count: 1_000))
    }
  }

  @Test func anyCharactersAreCleaned() throws {
    var numbers = TestNumbers(11)
    let odd = Array("ÂÃâ€™\u{A0} &;#\u{1B}[mǆ\u{FFFD}\u{1A}<\n\r\u{345}\u{10041}\u{301}Σſİ'".unicodeScalars)
    for _ in 0..<3000 {
      let scalars = (0..<Int.random(in: 0...30, using: &numbers)).compactMap { _ in
        Bool.random(using: &numbers)
          ? odd.randomElement(using: &numbers)
          : Unicode.Scalar(UInt32.random(in: 0...0x2FFF, using: &numbers))
      }
      let text = String(String.UnicodeScalarView(scalars))
      let once = try cleaned(text)
      #expect(!once.contains("\n") && once.first != " " && once.last != " ")
    }
  }
}
