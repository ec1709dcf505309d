extension Digest {
  /// The first byte first.
  package var bytes: [UInt8] {
    (0..<Self.byteCount).map { index in
      UInt8(truncatingIfNeeded: words[index / 8] >> UInt64(56 - 8 * (index % 8)))
    }
  }

  /// HMAC with SHA-256 (RFC 2104): H((K ⊕ opad) ‖ H((K ⊕ ipad) ‖ message)), which nobody can make without the key.
  ///
  /// - Parameter key: at most 64 bytes; of a longer one its digest is taken.
  package init(authenticating message: [UInt8], key: [UInt8]) {
    let key = key.count > 64 ? Digest(of: key).bytes : key
    let block = key + [UInt8](repeating: 0, count: 64 - key.count)
    let inner = Digest(of: block.map { $0 ^ 0x36 } + message)
    self.init(of: block.map { $0 ^ 0x5C } + inner.bytes)
  }
}
