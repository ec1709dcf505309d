import Declarations
import Metrics

/// The config of an analysis: what it measures, and which interventions it tries.
struct AnalysisConfig {
  /// An intervention, by the stage that makes it.
  struct Intervention {
    let id: String
    let title: String
    let kind: String
    let with: JSONValue
  }

  static let name = "analysis"
  /// Of rows that no file of the user's has as they are analysed.
  static let inputs = "analysis-inputs"
  static let metricsStage = "metrics"
  static let lossStage = "loss"
  /// As they are, as one of the interventions.
  static let none = Intervention(id: "none", title: "none", kind: "", with: .null)
  static let nearest = 10

  let pairs: AnalyzedPairs
  let temperature: Double
  /// Whether the centroids differ, so that there is a direction to move along.
  let hasGap: Bool

  private var isPaired: Bool { pairs.y != nil }
  private var rows: Int { min(pairs.x.rows, AnalyzedPairs.mostMoved) }
  private var source: String { pairs.smallStage == nil ? "pairs" : "fewer" }

  var interventions: [Intervention] {
    guard isPaired else { return [] }
    let d = pairs.x.columns
    var all = [
      Intervention(id: "centred", title: "centre", kind: "centre", with: .object([:])),
      Intervention(id: "standardized", title: "standardize", kind: "standardize", with: .object([:])),
      Intervention(id: "realigned", title: "realign", kind: "realign", with: .object([:])),
      Intervention(id: "whitened", title: "whiten", kind: "whiten", with: .object([:])),
    ]
    if d >= 4 {
      let count = min(5, d / 2)
      all.append(
        Intervention(
          id: "ablated", title: "ablate \(counted(count, "dimension"))", kind: "ablate",
          with: .object(["dimensions": .number(Double(count))])))
    }
    if hasGap {
      all.append(
        Intervention(id: "moved", title: "gap, λ = 1/2", kind: "gap", with: .object(["lambda": 0.5])))
    }
    // With fewer the rotation fits chance, or is measured on other items than the rest.
    if rows >= 5 * d {
      all.append(Intervention(id: "rotated", title: "procrustes", kind: "procrustes", with: .object([:])))
    }
    return all
  }

  var json: JSONValue {
    var stages = [Self.stage("pairs", "init", "embeddings", nil, pairs.stage), metrics]
    if let small = pairs.smallStage { stages.append(Self.stage("fewer", "init", "embeddings", nil, small)) }
    if isPaired {
      stages += Self.retrieval(of: source, as: Self.none.id)
      if source != "pairs" { stages.append(Self.search("recall", of: "pairs", [:])) }
    }
    for one in interventions {
      stages.append(Self.stage(one.id, "shift", one.kind, source, one.with))
      stages += Self.retrieval(of: one.id, as: one.id)
    }
    if isPaired, hasGap { stages += loss }
    return .object([
      "name": .string(Self.name),
      "title": .string("Analysis of " + pairs.titles.joined(separator: " and ")), "stages": .array(stages),
    ])
  }

  /// Of one side, the metrics that need no other.
  private var metrics: JSONValue {
    let own = gapMetricCatalog.map(\.card).filter { $0.sides == [.x, .y] && !$0.needs.contains(.across) }
    var with: [String: JSONValue] = isPaired ? [:] : ["metrics": .array(own.map { .string($0.name) })]
    if pairs.x.rows > AnalyzedPairs.mostCrossed { with["pairs"] = .number(Double(AnalyzedPairs.mostCrossed)) }
    return Self.stage(Self.metricsStage, "evaluate", "gap-metrics", "pairs", .object(with))
  }

  private static func retrieval(of stage: String, as id: String) -> [JSONValue] {
    [search("recall-\(id)", of: stage, [:]), search("union-\(id)", of: stage, ["corpus": "union"])]
  }

  private static func search(_ id: String, of stage: String, _ more: [String: JSONValue]) -> JSONValue {
    let k: JSONValue = .array([1, 5, .number(Double(nearest))])
    return Self.stage(id, "evaluate", "retrieval", stage, .object(more.merging(["k": k]) { $1 }))
  }

  private var loss: [JSONValue] {
    let lambdas = stride(from: -0.5, through: 1.5, by: 0.125).map { JSONValue.number($0) }
    return [
      Self.stage("sweep", "shift", "gap", source, .object(["lambda": .array(lambdas)])),
      Self.stage(
        Self.lossStage, "evaluate", "contrastive-loss", "sweep",
        .object(["temperature": .number(temperature), "batch": 0])),
    ]
  }

  private static func stage(_ id: String, _ phase: String, _ kind: String, _ from: String?, _ with: JSONValue)
    -> JSONValue
  {
    var members: [String: JSONValue] = ["id": .string(id), "stage": .string(phase), "kind": .string(kind)]
    if let from { members["from"] = .string(from) }
    if with != .object([:]) { members["with"] = with }
    return .object(members)
  }
}
