import Contracts
import Declarations

/// Columns that several evaluations have.
extension TableColumn {
  static let modality = TableColumn("modality", .label, .text, "Modality")
  static let distance = TableColumn(
    "distance", .quantity, .real, "Distance between the centroids", unit: "Euclidean")
}
