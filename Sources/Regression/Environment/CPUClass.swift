import Declarations

/// The processors that round alike: one vendor, one family, one level of vector instructions.
///
/// OpenBLAS chooses its kernels by these, and the compiler its vector code; clock and model change no result.
package struct CPUClass: Sendable, Equatable, Codable {
  package let vendor: String
  package let family: String
  package let simd: String

  package init(vendor: String, family: String, simd: String) {
    (self.vendor, self.family, self.simd) = (vendor, family, simd)
  }

  /// - Parameter text: what Linux has in `/proc/cpuinfo`, of x86-64 or AArch64.
  package init(cpuinfo text: String) {
    var fields: [String: String] = [:]
    for line in text.split(separator: "\n") {
      let parts = line.split(separator: ":", maxSplits: 1).map { Self.trimmed($0) }
      if parts.count == 2, fields[parts[0]] == nil { fields[parts[0]] = parts[1] }
    }
    let flags = Set((fields["flags"] ?? fields["Features"] ?? "").split(separator: " ").map(String.init))
    vendor = fields["vendor_id"] ?? fields["CPU implementer"] ?? Self.unknown
    family = fields["cpu family"] ?? fields["CPU architecture"] ?? Self.unknown
    simd = Self.levels.first { flags.contains($0) } ?? Self.unknown
  }

  private static let unknown = "unknown"
  /// From the widest to the narrowest, as the kernel spells them.
  private static let levels = [
    "avx512_bf16", "avx512f", "avx2", "avx", "sse4_2", "sse2", "sve2", "sve", "asimd",
  ]

  private static func trimmed(_ text: Substring) -> String {
    let isSpace = { (character: Character) in character == " " || character == "\t" }
    let rest = text.drop(while: isSpace)
    return String(String(rest.reversed().drop(while: isSpace)).reversed())
  }
}
