import Contracts
import Declarations
import Encoders
import Execution
import Files
import Kernels
import Metrics
import Stages

// Rows that call kernels and stages in this process, on generated data.
extension BenchRow {
  static let figure2b = BenchRow(
    name: "figure2b", what: "25 layers of a random ReLU network and 26 means over all pairs of 1024 × 512"
  ) { settings, _ in
    let bench = KernelBench(settings)
    return bench.timed {
      let layers = try RandomMLP(activation: .relu).layers(
        count: 1024, budget: bench.budget,
        stream: { RandomStream(seed: 0, stage: "bench", name: $0) })
      for layer in layers {
        _ = try meanCosineSimilarity(TransformedRows(layer, .x), diagonal: true, bench.budget)
      }
    }
  }

  static let cosine = cosine("cosine", count: 5000)
  static let largeCosine = cosine("cosine-large", count: 50_000)

  private static func cosine(_ name: String, count: Int) -> BenchRow {
    BenchRow(
      name: name, what: "moments, quartiles and histogram of all pairs of \(count) × 512",
      warmsUp: count < 10_000
    ) { settings, _ in
      let bench = KernelBench(settings)
      let embeddings = try bench.embeddings("x", count: count)
      return bench.timed {
        _ = try cosineSimilarity(
          TransformedRows(embeddings, .x), diagonal: false, bins: 200, bench.budget)
      }
    }
  }

  static let landscape = BenchRow(
    name: "landscape", what: "loss of 5,000 pairs × 512 in batches of 50 at 40 shifts and 6 temperatures"
  ) { settings, _ in
    let bench = KernelBench(settings)
    let pairs = Artefact.embeddings(EmbeddingFamily(try bench.pairs(count: 5000)))
    let deltas = (0..<40).map { JSONValue.number(-5 + 0.25 * Double($0)) }
    let temperatures = [0.01, 0.02, 1.0 / 30, 0.05, 0.1, 1].map { JSONValue.number($0) }
    return bench.timed {
      let moved = try bench.run(.shift, "gap", ["delta": .array(deltas)], from: pairs)
      _ = try bench.run(
        .evaluate, "contrastive-loss", ["temperature": .array(temperatures), "batch": 50], from: moved)
    }
  }
}

extension BenchRow {
  static let zeroShot = BenchRow(
    name: "zero-shot", what: "classification of 10,000 × 512 by 100 classes at 40 shifts"
  ) { settings, folder in
    let bench = KernelBench(settings)
    let classes = 100
    let y = try bench.embeddings("classes", count: classes)
    let noise = try bench.embeddings("items", count: 10_000)
    let x = Matrix(
      rows: noise.rows, columns: 512,
      values: noise.values.enumerated().map { place, value in
        0.1 * y[place / 512 % classes, place % 512] + value + 0.2
      })
    let labels = "\(folder.path)/labels.txt"
    try GivenFile.write((0..<x.rows).map { "\($0 % classes)\n" }.joined(), to: labels)
    let pairs = Artefact.embeddings(
      EmbeddingFamily(Embeddings(x: x, y: y, isNormalized: false, pairing: .unpaired)))
    let deltas = (0..<40).map { JSONValue.number(-5 + 0.25 * Double($0)) }
    return bench.timed {
      let moved = try bench.run(.shift, "gap", ["delta": .array(deltas)], from: pairs)
      _ = try bench.run(.evaluate, "zero-shot", ["labels": .string(labels)], from: moved)
    }
  }
}

extension BenchRow {
  static let gapMetrics = gapMetrics("gap-metrics", count: 5000, bootstrap: 0)
  static let gapMetricIntervals = gapMetrics("gap-metrics-intervals", count: 5000, bootstrap: 200)
  static let largeGapMetrics = gapMetrics("gap-metrics-large", count: 50_000, bootstrap: 0)

  private static func gapMetrics(_ name: String, count: Int, bootstrap: Int) -> BenchRow {
    BenchRow(
      name: name,
      what: "all gap metrics of \(count) pairs × 512" + (bootstrap > 0 ? ", with intervals and nulls" : ""),
      warmsUp: count < 10_000
    ) { settings, _ in
      let bench = KernelBench(settings)
      let pairs = try bench.pairs(count: count)
      var options = GapMetricOptions()
      (options.bootstrap, options.permutations) = (bootstrap, bootstrap)
      return bench.timed { [options] in
        _ = try Metrics.gapMetrics(pairs.x, pairs.y ?? pairs.x, options, bench.budget)
      }
    }
  }
}

/// What these rows share: a budget whose token they hold, data, and the clock.
private final class KernelBench: Sendable {
  let budget: ThreadBudget

  init(_ settings: BenchSettings) {
    budget = ThreadBudget(jobs: settings.jobs)
    budget.acquire()
  }

  deinit { budget.release() }

  func timed(_ work: @escaping () throws -> Void) -> () throws -> Double {
    {
      let started = ContinuousClock.now
      try work()
      return (ContinuousClock.now - started) / .seconds(1)
    }
  }

  func embeddings(_ name: String, count: Int) throws -> Matrix {
    try RandomStream(seed: 0, stage: "bench", name: name).gaussianMatrix(
      rows: count, columns: 512, budget: budget)
  }

  /// Pairs that resemble each other, and a gap between them.
  func pairs(count: Int) throws -> Embeddings {
    let x = try embeddings("x", count: count)
    let noise = try embeddings("y", count: count)
    let y = Matrix(rows: count, columns: 512, values: zip(x.values, noise.values).map { 0.3 * $0 + $1 + 0.2 })
    return Embeddings(x: x, y: y, isNormalized: false)
  }

  func run(
    _ phase: StagePhase, _ kind: String, _ parameters: [String: JSONValue], from upstream: Artefact
  ) throws -> Artefact {
    guard let variant = stageCatalog.variant(phase, kind) else { throw BenchFailure.unreadable(row: kind) }
    return try variant.run(
      .object(parameters), StageInputs(upstream: [(id: "upstream", artefact: upstream)]),
      StageContext(stageID: kind, seed: 0, budget: budget))
  }
}
