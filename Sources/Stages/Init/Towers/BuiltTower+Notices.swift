import Contracts
import Datasets
import Declarations
import Encoders
import Foundation

// What of a tower a reader of its embeddings should know, and what of it is an assumption.

extension BuiltTower {
  /// By the keys of a config.
  var json: JSONValue { .object(values.merging(["architecture": .string(name)]) { $1 }) }

  /// `vit: activation gelu, heads 12, …`.
  var summary: String {
    "\(name): "
      + values.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value.string ?? $0.value.canonical)" }
      .joined(separator: ", ")
  }

  /// Says what of the weights' own description is not followed, and what nothing tells.
  ///
  /// - Parameters:
  ///   - given: the tower's parameters, what its weights say of themselves filled in.
  ///   - data: what it is given.
  func tellWeights(_ given: TowerParameters, _ data: DataDescription, _ context: StageContext) throws {
    guard let path = given.weights, path != TowerParameters.random else { return }
    let description = try WeightDescription(of: path)
    context.notices(description.contradictions(architecture.described.values, values))
    if architecture.takesPictures { tellPictures(given.preprocessing, data, description, context) }
    guard architecture.described != .tower else { return }
    let remarks = description.towerRemarks(of: architecture.described)
    context.notices(remarks)
    if given.given["activation"] == nil {
      context.notices([
        "\(path): neither the config nor a model description gives the activation, so modgap assumes QuickGELU, as in "
          + "OpenAI's CLIP; set \"activation\": \"gelu\" for the models of LAION and others"
          + (remarks.isEmpty
            ? ", or copy the model's config.json or open_clip_config.json beside the weights" : "")
      ])
    }
    if given.given["heads"] == nil, given.given[TowerKeys.preset] == nil, let heads = values["heads"] {
      context.notices([
        "\(path): neither the config nor a model description gives the number of attention heads of the \(name) tower, so "
          + "modgap assumes \(heads.canonical); set `heads` if that is wrong"
      ])
    }
  }

  /// Says what of the preparation of images that the weights were trained on is not done.
  private func tellPictures(
    _ wanted: Preprocessing?, _ data: DataDescription, _ description: WeightDescription,
    _ context: StageContext
  ) {
    guard let given = Preprocessing(of: data) else { return }
    if given.interpolation != nil { context.notices(description.pictureRemarks) }
    guard let asked = wanted?.size, let used = given.size, asked != used else { return }
    let place =
      description.place(of: "size", JSONValue.number(Double(asked))) ?? "`preprocessing` of the config"
    context.notices([
      "\(place) says that the \(name) tower was trained on images of `size` \(asked), but the data's `size` "
        + "\(used) is used; set \"size\": \(asked) in the data, and the tower's `image`, if it has one"
    ])
  }

  /// Says how a side of the data reaches the tower.
  func tell(
    _ side: PairedData.Side, count: Int, _ data: DataDescription, _ wanted: Preprocessing?,
    _ context: StageContext
  ) throws {
    try tellTexts(side, count: count, context)
    guard case .numbers(let source) = side, source.shape.count >= 3, let given = Preprocessing(of: data)
    else {
      return
    }
    let used = (wanted ?? Preprocessing()).over(given)
    context.fact("images of \(name)", JSONValue.object(used.json).canonical)
    guard let wanted else { return }
    if side.isRenormalised(for: wanted, from: data) {
      context.notices([
        "the images are normalised as `\(data["normalize"]?.string ?? "")`, but the \(name) tower is "
          + "meant for another normalisation; each channel is converted to its mean "
          + "\(Self.list(used.mean)) and deviation \(Self.list(used.std))"
      ])
    }
    if let asked = wanted.interpolation, let found = given.interpolation, asked != found {
      context.notices([
        "the images are resized with `\(found)`, but the \(name) tower is meant for "
          + "`\(asked)`; set \"resize\": \"\(asked)\" in the data"
      ])
    }
  }

  private static func list(_ numbers: [Double]?) -> String {
    "(" + (numbers ?? []).map { JSONValue.number($0).canonical }.joined(separator: ", ") + ")"
  }

  private func tellTexts(_ side: PairedData.Side, count: Int, _ context: StageContext) throws {
    guard let tokenizer = side.tokenizerName, case .texts(_, let cutter, let length) = side else { return }
    context.fact("tokenizer", "\(tokenizer), \(cutter.vocabularySize) ids")
    if let vocabulary = values["vocabulary"]?.integer, vocabulary > cutter.vocabularySize {
      context.notices([
        "the \(name) tower has a vocabulary of \(vocabulary), but the data's tokens are \(tokenizer) with "
          + "ids below \(cutter.vocabularySize): most of the vocabulary is never used, and trained weights were "
          + "trained with other tokens; set the data's `vocabulary` to CLIP's, or the tower's to "
          + "\(cutter.vocabularySize)"
      ])
    }
    // The data's own remarks tell the user which were cut.
    let cut = try side.cutTexts(count: count, context.budget)
    context.fact("texts truncated to the context of \(length) tokens", "\(cut) of \(count)")
  }
}
