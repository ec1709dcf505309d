import COpenBLAS
import Execution

extension BLASKernel {
  /// Address space that OpenBLAS 0.3 maps for each thread that is inside it at once, and what a thread's stack
  /// and its share of the heap take.
  private static let bytesOfThread = 0x1p27 + 0x1p25

  /// Has OpenBLAS map the buffers that so many threads will need, before anything else takes the address
  /// space: where it cannot map one later, it tries for ever.
  ///
  /// - Throws: `MemoryFailure`.
  package static func reserveBuffers(threads: Int) throws {
    try ProcessMemory.require(
      Double(threads) * bytesOfThread,
      for: "\(threads) \(threads == 1 ? "thread" : "threads") with OpenBLAS's buffers",
      advice: "use fewer --jobs, or raise the limit")
    let buffers = (0..<threads).map { _ in blas_memory_alloc(0) }
    for buffer in buffers { blas_memory_free(buffer) }
  }
}
