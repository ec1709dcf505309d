import Contracts
import Datasets
import Encoders

/// What a config says of training.
package struct TrainingParameters: Decodable, Sendable {
  /// A number, or `{learn, initial, max_scale}`.
  enum Temperature: Decodable, Sendable {
    case fixed(Double)
    case learnt(initial: Double, maximum: Double)

    private struct Learnt: Decodable {
      var learn: Bool?
      var initial: Double?
      var maxScale: Double?

      private enum CodingKeys: String, CodingKey {
        case learn, initial
        case maxScale = "max_scale"
      }
    }

    init(from decoder: any Decoder) throws {
      let single = try decoder.singleValueContainer()
      if let number = try? single.decode(Double.self) {
        self = .fixed(number)
        return
      }
      let learnt = try single.decode(Learnt.self)
      let initial = learnt.initial ?? 0.07
      self =
        learnt.learn ?? true ? .learnt(initial: initial, maximum: learnt.maxScale ?? 100) : .fixed(initial)
    }
  }

  struct Rule: Decodable, Sendable {
    var kind: String?
    var lr: Double?
    var betas: [Double]?
    var eps: Double?
    var decay: Double?
    var clip: Double?

    private enum CodingKeys: String, CodingKey {
      case kind, lr, betas, eps
      case decay = "weight_decay"
      case clip = "clip_norm"
    }
  }

  struct Rate: Decodable, Sendable {
    var kind: String?
    var warmup: Int?

    private enum CodingKeys: String, CodingKey { case kind, warmup }

    init(from decoder: any Decoder) throws {
      if let word = try? decoder.singleValueContainer().decode(String.self) {
        kind = word
        return
      }
      let values = try decoder.container(keyedBy: CodingKeys.self)
      kind = try values.decodeIfPresent(String.self, forKey: .kind)
      warmup = try values.decodeIfPresent(Int.self, forKey: .warmup)
    }
  }

  enum Embedded: String, Decodable, Sendable, CaseIterable {
    case all
    case heldOut = "held-out"
  }

  var temperature: Temperature
  var data: DataDescription?
  var validation: DataDescription?
  var embed: Embedded?
  var batch: Int?
  var steps: Int?
  var epochs: Int?
  var optimizer: Rule?
  var schedule: Rate?
  var objective: String?
  var uniformity: Double?
  var crossUniformity: Double?
  var alignment: Double?
  var shuffle: Bool?
  var heldOut: Int?
  var checkpointEvery: Int?
  var logEvery: Int?
  var recompute: Bool?

  private enum CodingKeys: String, CodingKey {
    case temperature, data, validation, embed, recompute
    case batch, steps, epochs, optimizer, schedule, objective, uniformity, alignment, shuffle
    case crossUniformity = "cross_uniformity"
    case heldOut = "held_out"
    case checkpointEvery = "checkpoint_every"
    case logEvery = "log_every"
  }
}

// MARK: - What a config may say

extension TrainingParameters {
  static let parameters: [Parameter] = [
    .required(
      "temperature",
      .either(
        .number(1e-4...1e4),
        .ruled(
          [
            .defaulted("learn", .boolean, .bool(true), "Whether the logit scale is learnt."),
            .defaulted("initial", .number(1e-4...1e4), .number(0.07), "Where it starts."),
            .defaulted("max_scale", .number(1e-4...1e6), .number(100), "The most that 1/temperature may be."),
          ], [.onlyWhere(ParameterCondition("learn", is: true), ["max_scale"])])),
      "A fixed number, or an object for one that is learnt."),
    .optional(
      "data", .dataset, "The pairs to train on, if not those that the network was made for at `init`."),
    .optional("validation", .dataset, "The pairs that are held out, if not the last of those trained on."),
    .defaulted(
      "embed", .choice(Embedded.allCases.map(\.rawValue)), .string("all"),
      "Of which pairs the embeddings are: of all data that are trained on, or of those held out."),
    .defaulted("batch", .integer(2...1_000_000), .number(64), "Pairs of a step."),
    .optional("steps", .integer(1...100_000_000), "How many steps are made."),
    .optional(
      "epochs", .integer(1...1_000_000), "How often the pairs are gone through; a partial batch is dropped."),
    .defaulted(
      "optimizer",
      .object([
        .defaulted(
          "kind", .choice(Optimiser.Kind.allCases.map(\.rawValue)), .string("adam"),
          "`adam` has the decay in the gradient, as the authors' code; `adamw` apart from it."),
        .defaulted("lr", .number(0...1e3), .number(1e-5), "Learning rate, before the schedule."),
        .defaulted(
          "betas", .list(.number(0...0.999999), least: 2, most: 2), .array([.number(0.9), .number(0.98)]),
          "Decay rates of the two moments."),
        .defaulted("eps", .number(1e-30...1), .number(1e-6), "Added to the root of the second moment."),
        .defaulted("weight_decay", .number(0...1e3), .number(0.2), "Of all weights but the logit scale."),
        .optional("clip_norm", .positive, "The greatest norm of all gradients together."),
      ]), .object([:]), "How gradients change weights."),
    .defaulted(
      "schedule",
      .either(
        .choice(["constant", "cosine"]),
        .object([
          .defaulted(
            "kind", .choice(["constant", "cosine"]), .string("cosine"), "What the rate does after it."),
          .defaulted("warmup", .integer(0...100_000_000), .number(0), "Steps of a linear rise from 0."),
        ])), .string("constant"), "How the learning rate changes."),
    .defaulted(
      "objective", .choice(ContrastiveObjective.Kind.allCases.map(\.rawValue)), .string("symmetric"),
      "The contrastive loss; `dual` and `simple` are those of the authors' code."),
    .defaulted("uniformity", .number(0...1e6), .number(0), "Weight of the two modalities' uniformity."),
    .defaulted("cross_uniformity", .number(0...1e6), .number(0), "Weight of the uniformity between them."),
    .defaulted(
      "alignment", .number(0...1e6), .number(0), "Weight of the mean squared distance within pairs."),
    .defaulted("shuffle", .boolean, .bool(true), "A new order of the pairs in each epoch."),
    .optional(
      "held_out", .integer(0...1_000_000),
      "The last so many pairs are not trained on, a tenth, at most 500, if absent (none of fewer than 20); of `validation` the first so "
        + "many, all if absent. The log's gap is that of their first 500; 0: of the first 500 trained on."),
    .defaulted(
      "checkpoint_every", .integer(1...100_000_000), .number(100), "Steps between two checkpoints."),
    .optional(
      "log_every", .integer(1...100_000_000), "Steps between two rows of the log; a fiftieth if absent."),
    .defaulted(
      "recompute", .boolean, .bool(false),
      "Keep a fraction of the activations and compute the others again: less memory, a third more time, same bytes."
    ),
  ]

  static let rules: [ParameterRule] = [.exactlyOne([["steps"], ["epochs"]])]
}

// MARK: - What it means

extension TrainingParameters {
  func options(steps: Int) -> TrainingOptions {
    let rule = optimizer ?? Rule()
    let warmup = schedule?.warmup ?? 0
    let isCosine = schedule?.kind == "cosine"
    let optimiser = Optimiser(
      rule.kind.flatMap(Optimiser.Kind.init) ?? .adam, learningRate: rule.lr ?? 1e-5,
      beta1: rule.betas?.first ?? 0.9, beta2: rule.betas?.last ?? 0.98, epsilon: rule.eps ?? 1e-6,
      weightDecay: rule.decay ?? 0.2, clipNorm: rule.clip,
      schedule: isCosine ? .cosine(warmup: warmup, total: steps) : warmup > 0 ? .warmup(warmup) : .constant)
    let objective = ContrastiveObjective(
      objective.flatMap(ContrastiveObjective.Kind.init) ?? .symmetric, uniformity: uniformity ?? 0,
      crossUniformity: crossUniformity ?? 0, alignment: alignment ?? 0)
    let scale: TrainingOptions.LogitScale =
      switch temperature {
      case .fixed(let value): .fixed(1 / value)
      case .learnt(let initial, let maximum): .learnt(start: 1 / initial, maximum: maximum)
      }
    var options = TrainingOptions(objective: objective, optimiser: optimiser, logitScale: scale)
    options.recomputes = recompute ?? false
    return options
  }

  var batchSize: Int { batch ?? 64 }

  /// Of the data that are trained on.
  func heldOut(of pairs: Int) -> Int { heldOut ?? (pairs < 20 ? 0 : min(500, pairs / 10)) }
}
