/// What ends a line for some reader: of a file, of a terminal or of a browser.
func isBreak(_ scalar: Unicode.Scalar) -> Bool {
  switch scalar {
  case "\n", "\r", "\u{B}", "\u{C}", "\u{85}", "\u{2028}", "\u{2029}": true
  default: false
  }
}

/// What XML 1.0 forbids even as a number, and HTML as well: control characters and noncharacters. DEL and the
/// upper control characters, which XML allows, no reader shows.
func isForbidden(_ scalar: Unicode.Scalar) -> Bool {
  switch scalar.value {
  case 0..<0x20, 0x7F..<0xA0, 0xFDD0...0xFDEF: true
  case let value: value & 0xFFFE == 0xFFFE
  }
}

/// What is not seen where it stands, or changes the direction of what stands beside it.
func isHidden(_ scalar: Unicode.Scalar) -> Bool {
  switch scalar.properties.generalCategory {
  case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned: true
  default: false
  }
}

/// The bytes of a path that mean nothing in an address as they are; the others as `%XX`.
func percentEncoded(_ path: String) -> String {
  var text = ""
  for byte in path.utf8 {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."),
      UInt8(ascii: "/"):
      text.unicodeScalars.append(Unicode.Scalar(byte))
    default:
      let digits = String(byte, radix: 16, uppercase: true)
      text += digits.count < 2 ? "%0" + digits : "%" + digits
    }
  }
  return text
}
