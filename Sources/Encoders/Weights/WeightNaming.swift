/// How files of one origin name the tensors of an architecture.
package struct WeightNaming: Sendable {
  /// `Hugging Face`: for sentences.
  package let title: String
  /// Where a file has the tensor of this full name.
  let source: @Sendable (_ name: String) -> TensorSource
  /// Tensors of the file that belong to no tower: classifiers, counters, buffers.
  let ignores: @Sendable (_ name: String) -> Bool
  /// Those among them that nobody would expect beside this tower.
  let isStrange: @Sendable (_ name: String) -> Bool

  init(
    _ title: String, source: @escaping @Sendable (_ name: String) -> TensorSource,
    ignores: @escaping @Sendable (_ name: String) -> Bool = { _ in false },
    isStrange: @escaping @Sendable (_ name: String) -> Bool = { _ in false }
  ) {
    self.title = title
    self.source = source
    self.ignores = ignores
    self.isStrange = isStrange
  }
}

extension WeightNaming {
  /// Scalars that the released checkpoints carry beside their weights.
  private static let notes: Set<String> = [
    "input_resolution", "context_length", "vocab_size", "attn_mask", "logit_bias",
  ]

  /// Buffers that are no weights, whoever names them.
  private static func isBuffer(_ name: String) -> Bool {
    notes.contains(name) || name.hasSuffix("position_ids") || name.hasSuffix("num_batches_tracked")
  }

  /// openai/CLIP and open_clip: the vision tower under `visual.`, the text tower without a prefix.
  package static let openAI = WeightNaming(
    "OpenAI, open_clip", source: { .tensor($0) }, ignores: isBuffer)

  /// transformers' `CLIPModel`.
  package static let huggingFace = WeightNaming(
    "Hugging Face", source: { huggingFaceSource(of: $0) }, ignores: isBuffer)

  /// One tower as transformers names it, without the model's name in front.
  private static let bareHuggingFace = WeightNaming(
    "Hugging Face's single tower",
    source: { name in
      let source = huggingFaceSource(of: name)
      return source.names.allSatisfy { $0.hasPrefix("vision_model.") || $0.hasPrefix("text_model.") }
        ? source.renamed { String($0[$0.index(after: $0.firstIndex(of: ".") ?? $0.startIndex)...]) } : source
    }, ignores: isBuffer)

  /// One tower alone, without the prefix that it has within a dual encoder.
  package static let bare = WeightNaming(
    "a single tower", source: { .tensor($0.hasPrefix("visual.") ? String($0.dropFirst(7)) : $0) },
    ignores: { isBuffer($0) || $0 == "logit_scale" })

  /// torchvision and timm ResNets; the classifier and batch norm's counters are of no use here.
  package static let torchvision = WeightNaming(
    "torchvision, timm", source: { .tensor($0) },
    ignores: { $0.hasPrefix("fc.") || $0.hasSuffix("num_batches_tracked") })

  package static let clip = [openAI, huggingFace]

  /// The vision tower of a whole CLIP, or alone.
  package static let vision = [
    openAI.alsoIgnoring {
      !$0.hasPrefix("visual.")
    } strange: {
      !isOfText($0)
    },
    huggingFace.alsoIgnoring {
      !$0.hasPrefix("vision_model.") && !$0.hasPrefix("visual_projection")
    } strange: {
      !isOfText($0)
    },
    bare, bareHuggingFace,
  ]

  /// The text tower of a whole CLIP, or alone.
  package static let text = [
    openAI.alsoIgnoring { $0.hasPrefix("visual.") || $0 == "logit_scale" },
    huggingFace.alsoIgnoring {
      $0.hasPrefix("vision_model.") || $0.hasPrefix("visual_projection") || $0 == "logit_scale"
    },
    bareHuggingFace,
  ]

  /// A text tower's names in either convention, with or without open_clip's `text.`, and what is beside both towers.
  private static func isOfText(_ name: String) -> Bool {
    ["text.", "text_model.", "transformer.", "token_embedding.", "ln_final.", "text_projection"].contains {
      name.hasPrefix($0)
    } || name == "positional_embedding" || name == "logit_scale"
  }

  private func alsoIgnoring(
    _ more: @escaping @Sendable (String) -> Bool,
    strange: @escaping @Sendable (String) -> Bool = { _ in false }
  ) -> WeightNaming {
    WeightNaming(title, source: source) { [ignores] in
      ignores($0) || more($0)
    } isStrange: { [ignores] in
      more($0) && !ignores($0) && strange($0)
    }
  }
}
