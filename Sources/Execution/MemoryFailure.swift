import Declarations

extension MemoryFailure: Failure {
  package var kind: FailureKind { .invalidInput }

  package var message: String {
    let of = limit.source == .machine ? "" : " (\(limit.source.rawValue))"
    let left = limit.left < 0.95 * limit.bytes ? ", of which \(Self.spell(limit.left)) are left" : ""
    return "\(what) would need \(Self.spell(bytes)) of memory, but this process may use at most "
      + "\(Self.spell(limit.bytes))\(of)\(left); \(advice)"
  }

  /// `4.9 GiB`, `300 MiB`.
  package static func spell(_ bytes: Double) -> String {
    guard bytes >= 0x1p30 else { return "\(Int((bytes / 0x1p20).rounded())) MiB" }
    guard bytes < 0x1p60 else { return "more than \(1 << 30) GiB" }
    return "\((bytes / 0x1p30 * 10).rounded() / 10) GiB"
  }
}
