/// Tells text that was decoded with a wrong encoding, by neighbours that hardly occur in right text: the rules of
/// ftfy 6.3's `is_bad`.
enum Mojibake {
  /// Whether something looks wrong, or was lost before: U+FFFD.
  static func isSuspected(in text: String) -> Bool {
    guard text.utf8.contains(where: { $0 >= 0x80 }) else { return false }
    let scalars = Array(text.unicodeScalars)
    return scalars.contains("\u{FFFD}") || isBad(scalars)
  }

  static func isBad(_ scalars: some RandomAccessCollection<Unicode.Scalar>) -> Bool {
    let text = Array(scalars)
    guard text.contains(where: { !$0.isASCII }) else { return false }
    let classes = text.map { MojibakeClasses($0) }
    return text.indices.contains { place in
      // Every rule asks for more than ASCII at its first or its second place.
      guard text[place...].prefix(2).contains(where: { !$0.isASCII }) else { return false }
      return isUnlikely(classes[place...].prefix(3)) || isKnown(text[place...], classes[place...])
        || isEncodedSpace(text, classes, place)
    }
  }

  // MARK: - Neighbours by their classes

  private typealias Rule = [MojibakeClasses]

  private static let nearBad: MojibakeClasses = [
    .lowerAccented, .upperAccented, .box, .opening, .closing, .currency, .numeric, .law,
  ]

  private static let rules: [Rule] = [
    [.c1],
    [nearBad.union(.bad), .bad],
    [.letterASCII, [.lowerCommon, .upperCommon], .bad],
    [.bad, nearBad],
    [[.lowerAccented, .lowerCommon, .box, .closing, .currency, .numeric], .upperAccented],
    [[.box, .closing, .currency, .numeric], .lowerAccented],
    [[.lowerAccented, .box, .closing], .currency],
    [.space, .upperAccented, .currency],
    [[.upperAccented, .box], [.numeric, .law]],
    [[.lowerAccented, .upperAccented, .box, .currency, .closing], .opening, .numeric],
    [[.lowerAccented, .upperAccented, .currency, .numeric, .box, .law], .closing, .opening],
    [[.currency, .numeric, .box], .opening],
    [.lowerASCII, .upperAccented, [.opening, .currency]],
    [.box, .face],
    [nearBad.subtracting(.box), .box],
    [.box, .closing],
    [.accented, [.opening, .closing], .word],
    [.upperAccented, .degree],
  ]

  private static func isUnlikely(_ classes: ArraySlice<MojibakeClasses>) -> Bool {
    rules.contains { rule in
      rule.count <= classes.count && zip(rule, classes).allSatisfy { !$0.isDisjoint(with: $1) }
    }
  }

  // MARK: - Known sequences

  /// A place of a sequence: a character of these classes, or one of these.
  private struct Term {
    var classes: MojibakeClasses = []
    var characters: Set<Unicode.Scalar> = []
    /// Anything but what is named.
    var isExcluding = false

    init(_ characters: String, or classes: MojibakeClasses = [], isExcluding: Bool = false) {
      self.characters = Set(characters.unicodeScalars)
      self.classes = classes
      self.isExcluding = isExcluding
    }

    func takes(_ scalar: Unicode.Scalar, _ found: MojibakeClasses) -> Bool {
      (characters.contains(scalar) || !classes.isDisjoint(with: found)) != isExcluding
    }
  }

  /// By the characters that they begin with.
  private static let known: [Unicode.Scalar: [[Term]]] = {
    let quotes: MojibakeClasses = [.opening, .closing]
    let arabic = Term("ŸŠ®°µ»", or: [.common, .currency, .bad, .numeric, .opening])
    let cyrillic = Term("°µ", or: [.c1, .bad, .opening, .closing, .currency])
    let greek = Term("°", or: [.c1, .bad, .opening, .closing, .currency])
    let sequences: [(String, [Term])] = [
      ("Œœ", [Term("", or: .letterASCII, isExcluding: true)]),
      ("ÂÃÎÐ", [Term("€œŠš¢£Ÿž\u{A0}\u{AD}®©°·»–—´", or: quotes)]),
      ("×", [Term("²³")]),
      ("ØÙ", [arabic, Term("ØÙ"), arabic]),
      ("à", [Term("²µ¹¼½¾")]),
      ("√", [Term("±∂†≠®™´≤≥¥µø")]),
      ("≈", [Term("°¢")]),
      ("‚", [Term("Ä"), Term("ìîïòôúùû†°¢π")]),
      ("‚", [Term("âó"), Term("àä°ê")]),
      ("в", [Term("Ђ")]),
      ("ВГРС", [cyrillic, Term("ВГРС")]),
      (
        "Г",
        [
          Term("ў"), Term("В"), Term("Ђ"), Term("В"), Term("\n", isExcluding: true),
          Term(" ", or: .letterASCII),
        ]
      ),
      ("Ã", [Term("\u{A0}¡")]),
      ("β", [Term("€"), Term("™\u{A0}Ά\u{AD}®°")]),
      ("ΒΓΞΟ", [greek, Term("ΒΓΞΟ")]),
      ("ā", [Term("€")]),
    ]
    var known: [Unicode.Scalar: [[Term]]] = [:]
    for (first, terms) in sequences {
      for scalar in first.unicodeScalars { known[scalar, default: []].append(terms) }
    }
    return known
  }()

  private static func isKnown(
    _ text: ArraySlice<Unicode.Scalar>, _ classes: ArraySlice<MojibakeClasses>
  ) -> Bool {
    guard let first = text.first, !first.isASCII, let sequences = known[first] else { return false }
    let following = zip(text.dropFirst(), classes.dropFirst())
    return sequences.contains { terms in
      terms.count < text.count && zip(terms, following).allSatisfy { $0.takes($1.0, $1.1) }
    }
  }

  /// `Â` or `Ã` where the space behind it was a byte of the same character.
  private static func isEncodedSpace(
    _ text: [Unicode.Scalar], _ classes: [MojibakeClasses], _ place: Int
  ) -> Bool {
    let letter = text[place]
    guard letter == "Ã" || letter == "Â", place + 1 < text.count else { return false }
    let next = text[place + 1]
    guard place > 0 else { return next == " " }
    let isAfterLetter =
      classes[place - 1].contains(.lowerASCII)
      || place > 1 && classes[place - 1].contains(.space) && classes[place - 2].contains(.lowerASCII)
    if next == " ", isAfterLetter { return true }
    guard letter == "Â", next == " " || !classes[place + 1].isDisjoint(with: [.opening, .closing]) else {
      return false
    }
    return !classes[place - 1].isDisjoint(with: [.lowerASCII, .closing])
      || ".,?!".unicodeScalars.contains(text[place - 1])
  }
}
