import CCrypto

/// A hash of another program's choosing, over bytes that come piece by piece, through libcrypto's EVP.
package final class StreamingHash {
  package enum Kind: Sendable {
    /// 20 bytes; git's names of objects, and nothing that is to withstand a forger.
    case sha1
    /// 32 bytes.
    case sha256

    package var byteCount: Int { self == .sha1 ? 20 : 32 }
  }

  private let context: OpaquePointer
  private let byteCount: Int

  /// Nil where libcrypto does not have it, as a policy of the machine may want.
  package init?(_ kind: Kind) {
    guard let context = EVP_MD_CTX_new() else { return nil }
    self.context = context
    byteCount = kind.byteCount
    guard EVP_DigestInit_ex(context, kind == .sha1 ? EVP_sha1() : EVP_sha256(), nil) == 1 else { return nil }
  }

  deinit { EVP_MD_CTX_free(context) }

  package func update(_ bytes: [UInt8]) {
    bytes.withUnsafeBufferPointer { _ = EVP_DigestUpdate(context, $0.baseAddress, $0.count) }
  }

  /// Of all bytes so far, once; nil where libcrypto failed.
  package func finish() -> [UInt8]? {
    var digest = [UInt8](repeating: 0, count: byteCount)
    return EVP_DigestFinal_ex(context, &digest, nil) == 1 ? digest : nil
  }
}
