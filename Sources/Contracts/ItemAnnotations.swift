import Declarations

/// An id and a label for each item of embeddings or of data; a list is empty where items have none.
///
/// An item of embeddings is a row of x, or several rows of x where these are a group.
package struct ItemAnnotations: Sendable, Equatable {
  package var ids: [String]
  package var labels: [String]

  package init(ids: [String] = [], labels: [String] = []) {
    self.ids = ids
    self.labels = labels
  }

  package var isEmpty: Bool { ids.isEmpty && labels.isEmpty }

  package subscript(text: ItemText) -> [String] {
    get {
      switch text {
      case .id: ids
      case .label: labels
      }
    }
    set {
      switch text {
      case .id: ids = newValue
      case .label: labels = newValue
      }
    }
  }

  /// Those of some items, in this order; of an item beyond the last, empty texts.
  package func picking(_ items: [Int]) -> ItemAnnotations {
    func pick(_ texts: [String]) -> [String] {
      texts.isEmpty ? [] : items.map { texts.indices.contains($0) ? texts[$0] : "" }
    }
    return ItemAnnotations(ids: pick(ids), labels: pick(labels))
  }

  /// With those of others where there are none.
  package func filled(from other: ItemAnnotations) -> ItemAnnotations {
    ItemAnnotations(ids: ids.isEmpty ? other.ids : ids, labels: labels.isEmpty ? other.labels : labels)
  }
}

extension Embeddings {
  /// How many items there are, each of which may have an id and a label.
  /// - Throws: where the pairing does not fit the numbers of rows.
  package func itemCount() throws(Partners.Misfit) -> Int {
    guard let y else { return x.rows }
    return try Partners(pairing, xRows: x.rows, yRows: y.rows).items
  }

  /// Those of each row of a side; empty texts for a row of y that belongs to no row of x.
  /// - Throws: where the pairing does not fit the numbers of rows.
  package func annotations(of side: Side) throws(Partners.Misfit) -> ItemAnnotations {
    guard !annotations.isEmpty, let y else { return annotations }
    let partners = try Partners(pairing, xRows: x.rows, yRows: y.rows)
    return annotations.picking(side == .x ? partners.itemOfX : partners.itemOfY)
  }
}
