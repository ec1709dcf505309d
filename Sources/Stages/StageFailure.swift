import Contracts
import Declarations
import Encoders
import Metrics

/// Why a stage cannot run on its parameters or inputs.
package enum StageFailure: Failure {
  case noInput(stage: String, wanted: String = "embeddings")
  case wrongInput(stage: String, id: String, wanted: String)
  case matrixCount(path: String, found: Int, expected: Int)
  case unusableEmbeddings(String, MetricFailure)
  /// The same of a file of float16.
  case unusableFloat16(String, MetricFailure)
  /// Of norm zero in float32 alone.
  case vanishedRow(String, Side, row: Int)
  /// Without a number that float32 holds in full.
  case faintRow(String, Side, row: Int)
  case bothOrNeither(String, String)
  case mismatchNeedsTwoPairs(found: Int)
  case badLayer(Int, MetricFailure)
  case noSuchModality(String)
  case tooFewPairs(pairs: Int, heldOut: Int, batch: Int)
  case nothingHeldOut
  /// `loss` is nil where it was finite, and the embeddings after the step are not.
  case diverged(step: Int, epoch: Int, loss: Double?, pairs: [Int])
  case oneHeldOut
  case nothingToFit(items: Int, heldOut: Int)
  case badTower(String, SizeMisfit)
  case unknownArchitecture(String, known: [String])
  case sizesUnknown(weights: String)
  case dataAreNoPairs(kind: String)
  case dimensionsDiffer(Int, Int)
  /// Of a pair of towers, whose layers or other members are not the same.
  case towersDiffer(Int, Int)
  /// A comparison of towers that is given one alone.
  case oneSide(String)
  /// A stored model's tensor has not the size of the network that its origin describes.
  case foreignModel(tensor: String, found: Int, expected: Int)
  /// A stored model's origin names a kind of `init` that makes no models.
  case foreignOrigin(kind: String, known: [String])

  package var kind: FailureKind { .invalidInput }

  package var message: String {
    switch self {
    case .foreignModel(let tensor, let found, let expected):
      "the stored model's `\(tensor)` has \(found) numbers, but its network needs \(expected): this program did not "
        + "write this file of the store; compute the model again with --force"
    case .foreignOrigin(let kind, let known):
      "the stored model says that it was made by `init` of kind `\(kind.prefix(60))`, but only these kinds make models: "
        + known.map { "`\($0)`" }.joined(separator: ", ") + "; compute the model again with --force"
    case .noInput(let stage, let wanted):
      "\(stage) needs \(wanted), but `from` does not name a stage"
    case .wrongInput(let stage, let id, let wanted):
      "\(stage) needs \(wanted), but `\(id)` gives something else"
    case .matrixCount(let path, let found, let expected):
      "\(path) holds \(found == 1 ? "one matrix" : "\(found) matrices"); expected "
        + (expected == 1
          ? "one of shape (n, d) for each of `x` and `y`"
          : "two, as an array of shape (2, n, d); or give `x` and `y` instead of `path`")
    case .unusableEmbeddings(let source, let failure):
      "\(source): \(failure.message)"
    case .unusableFloat16(let source, let failure):
      "\(source): \(failure.message)" + Self.aboutFloat16(failure)
    case .vanishedRow(let source, let side, let row):
      "\(source): row \(row) of modality \(side) is zero in float32, though not in the file, because its "
        + "numbers are below 1.4e-45, the smallest number of float32; scale the embeddings up"
    case .faintRow(let source, let side, let row):
      "\(source): row \(row) of modality \(side) loses its direction in float32, because all its numbers are below 1.2e-38, "
        + "the smallest normal number of float32; scale the embeddings up"
    case .bothOrNeither(let first, let second):
      "give exactly one of `\(first)` and `\(second)`"
    case .mismatchNeedsTwoPairs(let found):
      "`mismatched` swaps two texts, but `pairs` is \(found); it must be 2 or more"
    case .badTower(let architecture, let misfit):
      "the \(architecture) tower cannot be built: \(misfit.message)"
    case .unknownArchitecture(let found, let known):
      "there is no architecture `\(found.prefix(60))`; set `architecture` to one of "
        + known.map { "`\($0)`" }.joined(separator: ", ")
    case .sizesUnknown(let weights):
      "neither \(weights) nor a config.json or open_clip_config.json beside it gives the sizes of its towers; set "
        + "`preset`, or `vision`, `text` and `embedding`"
    case .dataAreNoPairs(let kind):
      "two towers need pairs, but data of kind `\(kind)` have one side; choose captioned data, or an "
        + "`encoder` for each side"
    case .tooFewPairs(let pairs, let heldOut, let batch):
      "with \(heldOut) of \(pairs) pairs held out, less than one batch of \(batch) is left; give more "
        + "pairs, or lower `batch` or `held_out`"
    case .nothingHeldOut:
      "`embed` asks for the held-out pairs, but there are none; set `held_out`, or name a "
        + "`validation`"
    case .diverged(let step, let epoch, let loss, let pairs):
      "training diverged: " + Self.symptom(step, loss) + "; the batch, in epoch \(epoch), had the pairs "
        + pairs.prefix(8).map(String.init).joined(separator: ", ") + (pairs.count > 8 ? ", …" : "")
        + "; lower `lr`, set `clip_norm`, or raise `temperature`"
    case .oneHeldOut:
      "only one pair is held out, but a gap needs two; set `held_out` to 0, or to 2 or more"
    case .nothingToFit(let items, let heldOut):
      "`held_out` is \(heldOut), but there are \(counted(items, "item")), so that none is left to fit; lower `held_out`"
    case .noSuchModality(let modality):
      "there are no embeddings `\(modality)`, because a single tower gives only `x`; remove `modality`"
    case .dimensionsDiffer(let first, let other):
      "embeddings with \(first) and with \(other) dimensions cannot be projected together; in `from`, name "
        + "stages with the same embedding size"
    case .towersDiffer(let first, let second):
      "`x` has \(counted(first, "set")) of embeddings and `y` has \(second), or they are of other layers; give two towers "
        + "with the same layers"
    case .oneSide(let id):
      "`\(id)` gives one side, and two are compared; name in `from` two or more towers, or a stage with pairs"
    case .badLayer(let layer, let failure):
      "layer \(layer): \(failure.message); lower `weight_std` if values overflow, raise it if they vanish"
    }
  }

  /// What float16 makes of numbers that it does not hold.
  private static func aboutFloat16(_ failure: MetricFailure) -> String {
    switch failure {
    case .notFinite(_, _, _, let value) where value.isInfinite:
      "; the file holds float16, in which numbers above 65,504 become infinite when they are saved: save "
        + "them as float32"
    case .zeroNorm:
      "; the file holds float16, in which numbers below 6e-8 become zero when they are saved: save them as "
        + "float32"
    default: ""
    }
  }

  private static func symptom(_ step: Int, _ loss: Double?) -> String {
    guard let loss else { return "after step \(step) an embedding is not finite" }
    let cause = loss.isFinite ? ", and a gradient is not finite or the learnt 1/τ is below 1e-6" : ""
    return "in step \(step) the loss is \(loss)\(cause)"
  }
}
