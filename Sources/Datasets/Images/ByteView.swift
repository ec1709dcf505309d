/// Bytes read by position; whatever lies outside is nil.
struct ByteView<Bytes: RandomAccessCollection>
where Bytes.Element == UInt8, Bytes.Index == Int, Bytes.SubSequence == Bytes {
  let bytes: Bytes

  init(_ bytes: Bytes) { self.bytes = bytes }

  var count: Int { bytes.count }

  func slice(_ start: Int, _ count: Int) -> ByteView? {
    guard start >= 0, count >= 0, start <= bytes.count, count <= bytes.count - start else { return nil }
    return ByteView(bytes[bytes.startIndex + start..<bytes.startIndex + start + count])
  }

  /// At most 8 bytes; the highest bit of eight becomes the sign.
  func number(at start: Int, width: Int, isBig: Bool) -> Int? {
    guard let digits = slice(start, width)?.bytes else { return nil }
    return isBig ? digits.reduce(0) { $0 << 8 | Int($1) } : digits.reversed().reduce(0) { $0 << 8 | Int($1) }
  }

  /// `count` bytes as ASCII.
  func text(at start: Int, _ count: Int) -> String? {
    slice(start, count).map { String(decoding: $0.bytes, as: UTF8.self) }
  }
}
