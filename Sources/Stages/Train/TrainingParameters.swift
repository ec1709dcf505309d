import Datasets
import Declarations
import Encoders

/// What a config says of training.
package struct TrainingParameters: Decodable, Sendable {
  /// A number, or `{learn, initial, max_scale}`.
  enum Temperature: Decodable, Sendable {
    case fixed(Double)
    case learnt(initial: Double, maximum: Double)

    private struct Learnt: Decodable {
      var learn: Bool
      var initial: Double
      var maxScale: Double

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
      self =
        learnt.learn
        ? .learnt(initial: learnt.initial, maximum: learnt.maxScale) : .fixed(learnt.initial)
    }
  }

  struct Betas: Decodable, Sendable {
    let first: Double
    let second: Double

    init(from decoder: any Decoder) throws {
      var list = try decoder.unkeyedContainer()
      first = try list.decode(Double.self)
      second = try list.decode(Double.self)
    }
  }

  struct Rule: Decodable, Sendable {
    var kind: Optimiser.Kind
    var lr: Double
    var betas: Betas
    var eps: Double
    var decay: Double
    var clip: Double?

    private enum CodingKeys: String, CodingKey {
      case kind, lr, betas, eps
      case decay = "weight_decay"
      case clip = "clip_norm"
    }
  }

  struct Rate: Decodable, Sendable {
    enum Kind: String, Decodable, Sendable, CaseIterable { case constant, cosine }

    var kind: Kind
    var warmup: Int

    private enum CodingKeys: String, CodingKey { case kind, warmup }

    /// A word alone is of a rate that does not rise first.
    init(from decoder: any Decoder) throws {
      if let word = try? decoder.singleValueContainer().decode(Kind.self) {
        (kind, warmup) = (word, 0)
        return
      }
      let values = try decoder.container(keyedBy: CodingKeys.self)
      kind = try values.decode(Kind.self, forKey: .kind)
      warmup = try values.decode(Int.self, forKey: .warmup)
    }

    /// - Parameter steps: of the whole training.
    func schedule(steps: Int) -> Schedule {
      switch kind {
      case .cosine: .cosine(warmup: warmup, total: steps)
      case .constant: warmup > 0 ? .warmup(warmup) : .constant
      }
    }
  }

  enum Embedded: String, Decodable, Sendable, CaseIterable {
    case all
    case heldOut = "held-out"
  }

  var temperature: Temperature
  var data: DataDescription?
  var validation: DataDescription?
  var embed: Embedded
  var batch: Int
  /// Where these are absent, `epochs` is given.
  var steps: Int?
  var epochs: Int?
  var optimizer: Rule
  var schedule: Rate
  var objective: ContrastiveObjective.Kind
  var uniformity: Double
  var crossUniformity: Double
  var alignment: Double
  var shuffle: Bool
  var heldOut: Int?
  var checkpointEvery: Int
  var logEvery: Int?
  var recompute: Bool

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
            .defaulted("learn", .boolean, .bool(true), "Whether the temperature is learnt."),
            .defaulted("initial", .number(1e-4...1e4), .number(0.07), "The initial temperature."),
            .defaulted("max_scale", .number(1e-4...1e6), .number(100), "The maximum of 1/temperature."),
          ], [.onlyWhere(ParameterCondition("learn", is: true), ["max_scale"])])),
      "A fixed number, or an object for a learnt temperature."),
    .optional(
      "data", .dataset, "The pairs to train on; by default those of the `init` stage."),
    .optional(
      "validation", .dataset, "The pairs to hold out; by default the last pairs of the training data."),
    .defaulted(
      "embed", .choice(Embedded.allCases.map(\.rawValue)), .string("all"),
      "Which pairs the trained model embeds: all training data, or the held-out pairs."),
    .defaulted("batch", .integer(2...1_000_000), .number(64), "Pairs per step."),
    .optional("steps", .integer(1...100_000_000), "The number of steps."),
    .optional(
      "epochs", .integer(1...1_000_000),
      "The number of passes over the pairs; a last partial batch is dropped."),
    .defaulted(
      "optimizer",
      .object([
        .defaulted(
          "kind", .choice(Optimiser.Kind.allCases.map(\.rawValue)), .string("adam"),
          "`adam` adds the weight decay to the gradient, as in the authors' code; `adamw` decouples it."),
        .defaulted("lr", .number(0...1e3), .number(1e-5), "Learning rate, before the schedule."),
        .defaulted(
          "betas", .list(.number(0...0.999999), least: 2, most: 2), .array([.number(0.9), .number(0.98)]),
          "Decay rates of the first and second moment."),
        .defaulted("eps", .number(1e-30...1), .number(1e-6), "Added to the root of the second moment."),
        .defaulted(
          "weight_decay", .number(0...1e3), .number(0.2),
          "Weight decay of all weights except the temperature."),
        .optional("clip_norm", .positive, "The maximum norm of all gradients together."),
      ]), .object([:]), "The optimizer."),
    .defaulted(
      "schedule",
      .either(
        .choice(Rate.Kind.allCases.map(\.rawValue)),
        .object([
          .defaulted(
            "kind", .choice(Rate.Kind.allCases.map(\.rawValue)), .string("cosine"),
            "The schedule after the warm-up."),
          .defaulted(
            "warmup", .integer(0...100_000_000), .number(0),
            "The number of steps in which the rate rises linearly from 0."),
        ])), .string("constant"), "The schedule of the learning rate."),
    .defaulted(
      "objective", .choice(ContrastiveObjective.Kind.allCases.map(\.rawValue)), .string("symmetric"),
      "The contrastive loss; `dual` and `simple` are from the authors' code."),
    .defaulted(
      "uniformity", .number(0...1e6), .number(0), "Weight of the uniformity loss within each modality."),
    .defaulted(
      "cross_uniformity", .number(0...1e6), .number(0),
      "Weight of the uniformity loss between the modalities."),
    .defaulted(
      "alignment", .number(0...1e6), .number(0), "Weight of the mean squared distance within pairs."),
    .defaulted("shuffle", .boolean, .bool(true), "A new order of the pairs in each epoch."),
    .optional(
      "held_out", .integer(0...1_000_000),
      "The number of pairs at the end of the data that are not trained on; by default a tenth, at most 500 (0 for fewer than 20 pairs). With "
        + "`validation`: the number of its first pairs to use; by default all. The log's gap is that of the first 500 of them, or with 0 of the first 500 training pairs."
    ),
    .defaulted(
      "checkpoint_every", .integer(1...100_000_000), .number(100), "Steps between two checkpoints."),
    .optional(
      "log_every", .integer(1...100_000_000),
      "Steps between two rows of the log; by default a fiftieth of all."),
    .defaulted(
      "recompute", .boolean, .bool(false),
      "Keep only a part of the activations and compute the others again: less memory, a third more time, the same bytes."
    ),
  ]

  static let rules: [ParameterRule] = [.exactlyOne([["steps"], ["epochs"]])]
}

// MARK: - What it means

extension TrainingParameters {
  func options(steps: Int) -> TrainingOptions {
    let optimiser = Optimiser(
      optimizer.kind, learningRate: optimizer.lr, beta1: optimizer.betas.first, beta2: optimizer.betas.second,
      epsilon: optimizer.eps, weightDecay: optimizer.decay, clipNorm: optimizer.clip,
      schedule: schedule.schedule(steps: steps))
    let objective = ContrastiveObjective(
      objective, uniformity: uniformity, crossUniformity: crossUniformity, alignment: alignment)
    let scale: TrainingOptions.LogitScale =
      switch temperature {
      case .fixed(let value): .fixed(1 / value)
      case .learnt(let initial, let maximum): .learnt(start: 1 / initial, maximum: maximum)
      }
    var options = TrainingOptions(objective: objective, optimiser: optimiser, logitScale: scale)
    options.recomputes = recompute
    return options
  }

  /// How many steps are made where the pairs that are trained on give so many whole batches.
  ///
  /// - Throws: `StageFailure.bothOrNeither`.
  func steps(batches: Int) throws -> Int {
    if let steps { return steps }
    guard let epochs else { throw StageFailure.bothOrNeither("steps", "epochs") }
    return epochs * batches
  }

  /// Of the data that are trained on.
  func heldOut(of pairs: Int) -> Int { heldOut ?? (pairs < 20 ? 0 : min(500, pairs / 10)) }
}

extension Optimiser.Kind: Decodable {}
extension ContrastiveObjective.Kind: Decodable {}
