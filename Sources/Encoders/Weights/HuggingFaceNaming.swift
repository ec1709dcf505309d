/// Where Hugging Face's CLIP files (`CLIPModel`) keep the tensor that OpenAI's files call `openAIName`.
///
/// The two differ in names, in the projections' orientation, and in attention's queries, keys and values,
/// which are three tensors there and one here. `*.position_ids`, which files may hold besides, are no
/// weights. A name that neither tower of CLIP has is handed on as it is. Source: transformers,
/// `convert_clip_original_pytorch_to_hf.py`.
package func huggingFaceSource(of openAIName: String) -> TensorSource {
  switch openAIName {
  case "text_projection": return .transposed("text_projection.weight")
  case "visual.proj": return .transposed("visual_projection.weight")
  case "token_embedding.weight": return .tensor("text_model.embeddings.token_embedding.weight")
  case "positional_embedding": return .tensor("text_model.embeddings.position_embedding.weight")
  case "visual.positional_embedding": return .tensor("vision_model.embeddings.position_embedding.weight")
  case "visual.class_embedding": return .tensor("vision_model.embeddings.class_embedding")
  case "visual.conv1.weight": return .tensor("vision_model.embeddings.patch_embedding.weight")
  default: break
  }
  let isVisual = openAIName.hasPrefix("visual.")
  let model = isVisual ? "vision_model" : "text_model"
  let parts = openAIName.split(separator: ".").dropFirst(isVisual ? 1 : 0).map(String.init)
  if parts.count == 2, let norm = outerNorms[parts[0]] { return .tensor("\(model).\(norm).\(parts[1])") }
  guard parts.count >= 5, parts[0] == "transformer", parts[1] == "resblocks" else {
    return .tensor(openAIName)
  }
  let layer = "\(model).encoder.layers.\(parts[2])"
  return blockSource(parts.dropFirst(3).joined(separator: "."), layer) ?? .tensor(openAIName)
}

/// `pre_layrnorm` is Hugging Face's own spelling.
private let outerNorms = [
  "ln_pre": "pre_layrnorm", "ln_post": "post_layernorm", "ln_final": "final_layer_norm",
]

private let blockParts = [
  "attn.out_proj": "self_attn.out_proj", "ln_1": "layer_norm1", "ln_2": "layer_norm2",
  "mlp.c_fc": "mlp.fc1", "mlp.c_proj": "mlp.fc2",
]

/// A tensor of one block: `attn.in_proj_weight`, `mlp.c_fc.bias`.
private func blockSource(_ name: String, _ layer: String) -> TensorSource? {
  for kind in ["weight", "bias"] {
    if name == "attn.in_proj_\(kind)" {
      return .joined(["q_proj", "k_proj", "v_proj"].map { "\(layer).self_attn.\($0).\(kind)" })
    }
    if name.hasSuffix(".\(kind)"), let part = blockParts[String(name.dropLast(kind.count + 1))] {
      return .tensor("\(layer).\(part).\(kind)")
    }
  }
  return nil
}
