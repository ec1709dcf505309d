/// What a character can be in text that was decoded with a wrong encoding: the classes of ftfy 6.3.
struct MojibakeClasses: OptionSet, Sendable {
  let rawValue: UInt32
  init(rawValue: UInt32) { self.rawValue = rawValue }

  /// Characters that are usual in right text, too.
  static let common = MojibakeClasses(rawValue: 1 << 0)
  static let c1 = MojibakeClasses(rawValue: 1 << 1)
  /// Hardly ever meant.
  static let bad = MojibakeClasses(rawValue: 1 << 2)
  static let law = MojibakeClasses(rawValue: 1 << 3)
  static let currency = MojibakeClasses(rawValue: 1 << 4)
  static let opening = MojibakeClasses(rawValue: 1 << 5)
  static let closing = MojibakeClasses(rawValue: 1 << 6)
  static let numeric = MojibakeClasses(rawValue: 1 << 7)
  /// Letters of faces such as `(ò_ó)`.
  static let face = MojibakeClasses(rawValue: 1 << 8)
  static let upperAccented = MojibakeClasses(rawValue: 1 << 9)
  static let lowerAccented = MojibakeClasses(rawValue: 1 << 10)
  /// Greek, Cyrillic and thorn, which may end words.
  static let upperCommon = MojibakeClasses(rawValue: 1 << 11)
  static let lowerCommon = MojibakeClasses(rawValue: 1 << 12)
  static let box = MojibakeClasses(rawValue: 1 << 13)
  static let lowerASCII = MojibakeClasses(rawValue: 1 << 14)
  static let letterASCII = MojibakeClasses(rawValue: 1 << 15)
  /// As Python's `\s`.
  static let space = MojibakeClasses(rawValue: 1 << 16)
  /// As Python's `\w`.
  static let word = MojibakeClasses(rawValue: 1 << 17)
  static let degree = MojibakeClasses(rawValue: 1 << 18)

  static let accented: MojibakeClasses = [.lowerAccented, .upperAccented]

  init(_ scalar: Unicode.Scalar) {
    self = scalar.isASCII ? Self.ascii[Int(scalar.value)] : Self.find(scalar)
  }

  private static let ascii = (UInt8.min...0x7F).map { find(Unicode.Scalar($0)) }

  private static func find(_ scalar: Unicode.Scalar) -> MojibakeClasses {
    var classes = table[scalar] ?? []
    if scalar.isPythonSpace { classes.insert(.space) }
    if scalar.isPythonWord { classes.insert(.word) }
    return classes
  }

  private static let lists: [(MojibakeClasses, String)] = [
    (.common, "\u{A0}\u{AD}·´–—―…’"),
    (.bad, "¦¤¨¬¯¸ƒˆˇ˘˛˜†‡‰⌐◊\u{FFFD}ªº"),
    (.law, "¶§"),
    (.currency, "¢£¥₧€"),
    (.opening, "¡«¿©΄΅‘‚“„•‹\u{F8FF}"),
    (.closing, "®»˝”›™"),
    (.numeric, "²³¹±¼½¾×µ÷⁄∂∆∏∑√∞∩∫≈≠≡≤≥№"),
    (.face, "ÒÓÔÕÖÙÚÛÜòóôõöøùúûüŐŌŪŲ°"),
    (.upperAccented, "ØÜÝĂĀĄĆČĎĐĘĚĒĖĞĢİĪĶĹĽŁĻŃŇŅŒŘŚŞŠŢŤŮŰŸŹŻŽҐ"),
    (.lowerAccented, "ăąāćčďđęěēėğģįīķĺľłļœŕśşšťüźżžґﬁﬂ"),
    (.upperCommon, "ÞΆΈΉΊΌΎΏ"),
    (.box, "│┌┐┘├┤┬┼▀▄█▌▐░▒▓"),
    (.degree, "°"),
  ]

  private static let ranges: [(MojibakeClasses, ClosedRange<UInt32>)] = [
    (.c1, 0x80...0x9F), (.upperAccented, 0xC0...0xD1), (.lowerAccented, 0xDF...0xF1),
    (.upperCommon, 0x391...0x3AB), (.upperCommon, 0x401...0x42F), (.lowerCommon, 0x3AC...0x3C9),
    (.lowerCommon, 0x430...0x45F), (.box, 0x2550...0x256C), (.lowerASCII, 0x61...0x7A),
    (.letterASCII, 0x41...0x5A), (.letterASCII, 0x61...0x7A),
  ]

  private static let table: [Unicode.Scalar: MojibakeClasses] = {
    var table: [Unicode.Scalar: MojibakeClasses] = [:]
    for (classes, list) in lists {
      for scalar in list.unicodeScalars { table[scalar, default: []].insert(classes) }
    }
    for (classes, range) in ranges {
      for scalar in range.compactMap(Unicode.Scalar.init) { table[scalar, default: []].insert(classes) }
    }
    return table
  }()
}

extension Unicode.Scalar {
  /// Whether Python's `str.isspace` and `\s` take it for white space: Unicode's, and the four separators of ASCII.
  var isPythonSpace: Bool { properties.isWhitespace || (0x1C...0x1F).contains(value) }

  /// Whether Python's `\w` takes it: letters, numbers and the underscore.
  fileprivate var isPythonWord: Bool {
    if self == "_" { return true }
    switch properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: return true
    default: return properties.numericType != nil
    }
  }
}
