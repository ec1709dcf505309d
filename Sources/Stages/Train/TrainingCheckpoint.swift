import Encoders
import Foundation

/// A training as far as it has come: the trainer's buffers and the rows of its log. The order of the data
/// and all random numbers follow from the step.
struct TrainingCheckpoint: Equatable {
  struct Row: Codable, Equatable {
    let step: Int
    let epoch: Int
    let loss: Double
    let temperature: Double
    /// Nil until it is measured, which takes a while and may be interrupted.
    var gap: Double?
    let learningRate: Double
  }

  private struct Head: Codable {
    struct Buffer: Codable {
      let name: String
      let count: Int
    }
    let step: Int
    let buffers: [Buffer]
    let log: [Row]
  }

  let state: TrainingState
  let log: [Row]

  init(state: TrainingState, log: [Row]) {
    self.state = state
    self.log = log
  }

  /// The length of a JSON head as eight bytes, the head, then the buffers as little-endian float32.
  var bytes: [UInt8] {
    let names = state.buffers.keys.sorted()
    let head = Head(
      step: state.step,
      buffers: names.map { Head.Buffer(name: $0, count: state.buffers[$0]?.count ?? 0) }, log: log)
    let text = (try? JSONEncoder().encode(head)) ?? Data()
    var bytes: [UInt8] = []
    // In one piece: growing would hold what may be gigabytes twice.
    bytes.reserveCapacity(8 + text.count + state.buffers.values.reduce(0) { $0 + 4 * $1.count })
    withUnsafeBytes(of: UInt64(text.count).littleEndian) { bytes.append(contentsOf: $0) }
    bytes.append(contentsOf: text)
    for name in names {
      (state.buffers[name] ?? []).withUnsafeBytes { bytes.append(contentsOf: $0) }
    }
    return bytes
  }

  /// The head, and where the buffers begin.
  private static func head(of bytes: [UInt8]) -> (head: Head, end: Int)? {
    guard bytes.count >= 8 else { return nil }
    let length = bytes[..<8].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    guard length <= UInt64(bytes.count - 8) else { return nil }
    let end = 8 + Int(length)
    return (try? JSONDecoder().decode(Head.self, from: Data(bytes[8..<end]))).map { ($0, end) }
  }

  /// How many steps are made; nil where the bytes are no checkpoint.
  static func step(of bytes: [UInt8]) -> Int? { head(of: bytes)?.head.step }

  /// Nil where the bytes are no checkpoint.
  init?(_ bytes: [UInt8]) {
    guard let (head, end) = Self.head(of: bytes) else { return nil }
    var place = end
    var buffers: [String: [Float]] = [:]
    for buffer in head.buffers {
      guard buffer.count >= 0, buffer.count <= (bytes.count - place) / 4 else { return nil }
      let values = [Float](unsafeUninitializedCapacity: buffer.count) { out, count in
        bytes[place..<place + 4 * buffer.count].withUnsafeBytes { source in
          UnsafeMutableRawBufferPointer(out).copyBytes(from: source)
        }
        count = buffer.count
      }
      buffers[buffer.name] = values
      place += 4 * buffer.count
    }
    guard place == bytes.count else { return nil }
    state = TrainingState(step: head.step, buffers: buffers)
    log = head.log
  }
}
