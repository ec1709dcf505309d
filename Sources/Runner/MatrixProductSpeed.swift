import Execution
import Kernels

/// What sgemm reaches on this machine, on a shape of this project.
package enum MatrixProductSpeed {
  /// GFLOP/s of (1024 × 512)·(512 × 512) products on this many threads, the best of several rounds.
  package static func measure(threads: Int) -> Double {
    let left = [Float](repeating: 0.5, count: 1024 * 512)
    let right = [Float](repeating: 0.25, count: 512 * 512)
    let clock = ContinuousClock()
    var best = 0.0
    for _ in 0..<5 {
      let rounds = 8
      let time = clock.measure { round(threads: threads, rounds: rounds, left, right) }
      let operations = 2.0 * 1024 * 512 * 512 * Double(rounds * threads)
      best = max(best, operations / (time / .nanoseconds(1)))
    }
    return best
  }

  private static func round(threads: Int, rounds: Int, _ left: [Float], _ right: [Float]) {
    let budget = ThreadBudget(jobs: threads)
    budget.acquire()
    defer { budget.release() }
    try? budget.forEachBlock(threads) { _ in
      var result = [Float](repeating: 0, count: 1024 * 512)
      for _ in 0..<rounds { product(left, right, &result) }
    }
  }

  private static func product(_ left: [Float], _ right: [Float], _ result: inout [Float]) {
    left.withReadSlice { a in
      right.withReadSlice { b in
        result.withSlice { c in
          BLAS.multiply(
            ProductShape(rows: 1024, columns: 512, inner: 512), Operand(a, stride: 512),
            Operand(b, stride: 512), into: c, stride: 512)
        }
      }
    }
  }
}
