import Contracts
import Foundation

/// What the columns of the tables mean, for axes that the config does not label.
func meaning(of column: String) -> String {
  meanings[column] ?? column.replacingBytes("_", with: " ")
}

private let meanings = [
  "distance": "Distance between the centroids (Euclidean)",
  "loss": "Contrastive loss (nats)",
  "loss_x_to_y": "Contrastive loss, x to y (nats)",
  "loss_y_to_x": "Contrastive loss, y to x (nats)",
  "delta": "Shift δ along the gap (Euclidean)",
  "lambda": "Shift λ (multiples of the gap vector)",
  "degrees": "Elevation Δθ (degrees)",
  "layer": "Number of layers",
  "temperature": "Temperature τ",
  "mean": "Average cosine similarity",
  "recall": "Recall@k (fraction of queries)",
  "c1": "Component 1",
  "c2": "Component 2",
  "gap": "Modality gap (Euclidean)",
  "step": "Training step",
  "epoch": "Epoch",
  "component": "Component",
  "singular_value": "Singular value",
  "explained_variance_ratio": "Explained variance (fraction)",
]

/// A series' name in the legend: the format with `{value}` as the table has it and `{fraction}` as 1/n
/// where it is one: `τ = {fraction}` gives `τ = 1/100` for 0.01.
func seriesTitle(_ plain: String, number: Double?, format: String) -> String {
  format.replacingBytes("{value}", with: plain)
    .replacingBytes("{fraction}", with: number.map(fraction) ?? plain)
}

/// 1/100 for 0.01, 1 for 1, and the plain number where it is no reciprocal of an integer.
func fraction(_ number: Double) -> String {
  let inverse = 1 / number
  guard inverse.isFinite, inverse >= 0.999, inverse < 1e9, abs(inverse - inverse.rounded()) < 1e-6 * inverse
  else { return plotted(number) }
  let whole = Int(inverse.rounded())
  return whole == 1 ? "1" : "1/\(whole)"
}
