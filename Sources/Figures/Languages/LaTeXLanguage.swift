/// LaTeX, as text of a paragraph or of a table's cell, for pdfTeX, XeTeX and LuaTeX.
enum LaTeXLanguage: TargetLanguage {
  static func quoted(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      if let code = codes[scalar] ?? LaTeXSigns.codes[scalar] {
        result += code
      } else if isBreak(scalar) || scalar == "\t" {
        result += " "
      } else if isForbidden(scalar) || isHidden(scalar) {
        result += "?"
      } else if scalar.isASCII || LaTeXSigns.isLetter(scalar) {
        result.unicodeScalars.append(scalar)
      } else {
        result += LaTeXSigns.whereKnown(scalar)
      }
    }
    return result
  }

  /// `-1.2e-05` as −1.2·10⁻⁵ in math mode, so that its sign is a minus.
  static func number(_ text: String) -> String {
    guard let value = Double(text), value.isFinite, text.utf8.allSatisfy(isOfNumber) else {
      return quoted(text)
    }
    let parts = text.lowercased().split(separator: "e", maxSplits: 1).map(String.init)
    guard parts.count == 2, let exponent = Int(parts[1]) else { return "\\ensuremath{\(text)}" }
    return "\\ensuremath{\(parts[0])\\times10^{\(exponent)}}"
  }

  /// Without the characters that mean something to TeX.
  static func message(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "a"..."z", "A"..."Z", "0"..."9", " ", ".", ",", ":", ";", "-", "(", ")", "=", "+", "/", "*", "'":
        result.unicodeScalars.append(scalar)
      default: result += "?"
      }
    }
    return result
  }

  private static func isOfNumber(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "+"),
      UInt8(ascii: "e"), UInt8(ascii: "E"):
      true
    default: false
    }
  }

  /// What names of experiments and claims are made of.
  static func isName(_ text: String) -> Bool {
    !text.isEmpty
      && text.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
          true
        default: false
        }
      }
  }

  /// Characters that TeX gives a meaning to, and ligatures that would change the text.
  private static let codes: [Unicode.Scalar: String] = [
    "\\": "\\textbackslash{}", "{": "\\{", "}": "\\}", "#": "\\#", "$": "\\$", "%": "\\%", "&": "\\&",
    "_": "\\_", "^": "\\textasciicircum{}", "~": "\\textasciitilde{}", "<": "\\textless{}",
    ">": "\\textgreater{}", "|": "\\textbar{}", "\"": "{\\char34}", "`": "\\textasciigrave{}",
    "-": "-{}", "'": "'{}", "[": "{[}", "]": "{]}",
  ]
}

typealias LaTeX = Code<LaTeXLanguage>
