import Declarations
import Execution

/// Numbers of items that stay in memory once they were read.
private final class KeptNumbers: NumberSource {
  private let source: any NumberSource
  private let size: Int
  private let kept = Mutex<[Int: [Float]]>([:])

  init(_ source: any NumberSource) {
    self.source = source
    size = source.shape.reduce(1, *)
  }

  var shape: [Int] { source.shape }

  func write(_ index: Int, into out: UnsafeMutablePointer<Float>) throws {
    if let values = kept.withLock({ $0[index] }) {
      values.withUnsafeBufferPointer { if let base = $0.baseAddress { out.update(from: base, count: size) } }
      return
    }
    try source.write(index, into: out)
    let values = Array(UnsafeBufferPointer(start: out, count: size))
    kept.withLock { $0[index] = values }
  }
}

/// Data sets whose images are read from their files, or drawn, once a process: a training comes back to each
/// of them often, and the trainings of a sweep share them. Those that were not used for longest go first.
package final class SampleCache: Sendable {
  /// What a run keeps at most.
  package static let usualBytes = 1 << 30

  private struct Entry {
    let side: PairedData.Side
    let bytes: Int
    var lastUse: Int
  }

  private let limit: Int
  private let state = Mutex<(entries: [ExactString: Entry], clock: Int)>(([:], 0))

  package init(bytes: Int) { limit = bytes }

  /// The same items, kept, if all `count` of them fit.
  ///
  /// - Parameter name: what the side is known by: equal names are equal data.
  package func keep(_ side: PairedData.Side, count: Int, name: String) -> PairedData.Side {
    guard case .numbers(let source) = side, count > 0, side.itemSize <= limit / 4 / count else { return side }
    let bytes = 4 * count * side.itemSize
    let name = ExactString(name)
    return state.withLock { state in
      state.clock += 1
      if state.entries[name] == nil {
        makeRoom(bytes, &state.entries)
        state.entries[name] = Entry(side: .numbers(KeptNumbers(source)), bytes: bytes, lastUse: state.clock)
      }
      state.entries[name]?.lastUse = state.clock
      return state.entries[name]?.side ?? side
    }
  }

  private func makeRoom(_ bytes: Int, _ entries: inout [ExactString: Entry]) {
    while entries.values.reduce(bytes, { $0 + $1.bytes }) > limit,
      let oldest = entries.min(by: { $0.value.lastUse < $1.value.lastUse })
    {
      entries[oldest.key] = nil
    }
  }
}
