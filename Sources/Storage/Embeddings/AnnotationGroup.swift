import Contracts
import Declarations
import HDF5

/// What items are called, as parts of an HDF5 group: the datasets `id` and `label`, each with a string for each item, where
/// the items have them.
enum AnnotationGroup {
  static func write(_ annotations: ItemAnnotations, to group: HDF5Group) throws {
    for text in ItemText.allCases where !annotations[text].isEmpty {
      try write(annotations[text], text.rawValue, to: group)
    }
  }

  static func write(_ texts: [String], _ name: String, to group: HDF5Group) throws {
    try group.write(name, texts, shape: [texts.count]) { try $0.setEncoding("string-array", "0.2.0") }
  }

  /// - Throws: `HDF5Failure`.
  static func read(_ group: HDF5StoredGroup) throws -> ItemAnnotations {
    var annotations = ItemAnnotations()
    for text in ItemText.allCases where group.contains(text.rawValue) {
      annotations[text] = try group.texts(text.rawValue)
    }
    return annotations
  }

  /// About as many as a file needs for them.
  static func bytes(of annotations: ItemAnnotations) -> Int {
    ItemText.allCases.reduce(0) { $0 + annotations[$1].reduce(0) { $0 + $1.utf8.count + 32 } }
  }
}
