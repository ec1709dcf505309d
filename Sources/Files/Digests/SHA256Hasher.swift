import CCrypto
import Execution

/// SHA-256 over bytes that come piece by piece, through libcrypto's EVP.
///
/// Contexts are kept and used again: hashing a short string costs well under a microsecond.
package struct SHA256Hasher: ~Copyable {
  private let context: Context

  package init() {
    context = ContextPool.take()
    context.start()
  }

  deinit { ContextPool.give(back: context) }

  package mutating func update(_ bytes: UnsafeRawBufferPointer) {
    guard let base = bytes.baseAddress, !bytes.isEmpty else { return }
    precondition(EVP_DigestUpdate(context.pointer, base, bytes.count) == 1, "libcrypto lost its context")
  }

  package mutating func update(_ bytes: [UInt8]) {
    bytes.withUnsafeBytes { update($0) }
  }

  package mutating func update(_ text: some StringProtocol) {
    var copy = String(text)
    copy.withUTF8 { update(UnsafeRawBufferPointer($0)) }
  }

  /// Hashes the eight bytes of `value`, lowest first.
  package mutating func update(_ value: UInt64) {
    withUnsafeBytes(of: value.littleEndian) { update($0) }
  }

  /// The digest of all bytes so far; the hasher then begins anew.
  package mutating func finish() -> Digest {
    let digest = withUnsafeTemporaryAllocation(byteCount: Digest.byteCount, alignment: 8) { buffer in
      let bytes = buffer.baseAddress?.assumingMemoryBound(to: UInt8.self)
      precondition(EVP_DigestFinal_ex(context.pointer, bytes, nil) == 1, "libcrypto lost its context")
      return Digest(bytes: UnsafeRawBufferPointer(buffer))
    }
    context.start()
    return digest
  }
}

/// An `EVP_MD_CTX`; whoever took it out of the pool owns it.
private struct Context: @unchecked Sendable {
  let pointer: OpaquePointer

  func start() {
    precondition(EVP_DigestInit_ex(pointer, ContextPool.algorithm, nil) == 1, "libcrypto has no SHA-256")
  }
}

private enum ContextPool {
  /// Fetched once: looking the algorithm up costs more than hashing a short string. libcrypto never changes it.
  nonisolated(unsafe) static let algorithm = EVP_MD_fetch(nil, "SHA256", nil)
  private static let idle = Mutex<[Context]>([])
  private static let most = 64

  static func take() -> Context {
    if let context = idle.withLock({ $0.popLast() }) { return context }
    guard let pointer = EVP_MD_CTX_new() else { preconditionFailure("no memory for a hash context") }
    return Context(pointer: pointer)
  }

  static func give(back context: Context) {
    let kept = idle.withLock { contexts in
      guard contexts.count < most else { return false }
      contexts.append(context)
      return true
    }
    if !kept { EVP_MD_CTX_free(context.pointer) }
  }
}
