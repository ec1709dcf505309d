import Foundation
import Processes

/// The characters that the installed fonts have, as fontconfig knows them.
///
/// gnuplot draws one that no font has as a frame that may cover the whole page.
package struct FontCoverage: Sendable {
  private let ranges: [ClosedRange<UInt32>]

  /// What DejaVu Sans Mono surely has: Latin, Greek, Cyrillic, and the signs that are used here.
  static let least = FontCoverage(ranges: [
    0x20...0x7E, 0xA0...0x24F, 0x386...0x3CE, 0x400...0x45F, 0x2013...0x2014, 0x2018...0x201D,
    0x2026...0x2026,
  ])

  init(ranges: [ClosedRange<UInt32>]) { self.ranges = ranges }

  /// Of lines such as `20-7e a0-2ff 31b`, one a font.
  init(listing: String) {
    ranges = listing.split(whereSeparator: \.isWhitespace).compactMap { word in
      let ends = word.split(separator: "-").compactMap { UInt32($0, radix: 16) }
      guard let first = ends.first, let last = ends.last, first <= last else { return nil }
      return first...last
    }
  }

  /// What `fc-list` says; where there is none, or it does not answer, what every font has.
  package static func installed() -> FontCoverage { told ?? least }

  static var isKnown: Bool { told != nil }

  private static let told: FontCoverage? = {
    let limit = ChildProgram.Limit(seconds: 20, outputBytes: 16 << 20)
    guard let program = ChildProgram.find("fc-list"),
      let ended = try? program.run(["--format", "%{charset}\n"], limit: limit), ended.ending == .status(0)
    else { return nil }
    let coverage = FontCoverage(listing: String(decoding: ended.output, as: UTF8.self))
    return coverage.ranges.isEmpty ? nil : coverage
  }()

  func has(_ scalar: Unicode.Scalar) -> Bool { ranges.contains { $0.contains(scalar.value) } }

  /// A script with what no font has as `<6F22>`. Where the fonts are not known, it stays as it is.
  static func drawable(_ script: String) -> String {
    guard script.unicodeScalars.contains(where: { $0.value > 0x7F && !least.has($0) }), let told else {
      return script
    }
    return told.drawable(script)
  }

  func drawable(_ text: String) -> String {
    var out = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      if scalar.isASCII || scalar.properties.isDefaultIgnorableCodePoint || has(scalar) {
        out.append(scalar)
      } else {
        out.append(contentsOf: Self.number(of: scalar).unicodeScalars)
      }
    }
    return String(out)
  }

  /// `<6F22>`
  static func number(of scalar: Unicode.Scalar) -> String {
    "<\(String(scalar.value, radix: 16, uppercase: true))>"
  }
}
