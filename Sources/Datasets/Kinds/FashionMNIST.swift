import Declarations
import Files

/// `fashion-mnist`: Zalando's articles of clothing, as Debian's package dataset-fashion-mnist has them.
///
/// Source: Xiao, Rasul and Vollgraf 2017, arXiv:1708.07747.
enum FashionMNIST {
  private enum Split: String, CaseIterable {
    case train, test

    var stem: String { self == .train ? "train" : "t10k" }
  }

  private static let classes = [
    "t-shirt", "trousers", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle boot",
  ]

  static let kind = DatasetKind(
    "fashion-mnist", "Fashion-MNIST: grey images of ten kinds of clothing",
    [
      .defaulted(
        "folder", .folder, "/usr/share/datasets/fashion-mnist",
        "the folder of the four -ubyte files, gzipped or not; by default that of Debian's package"),
      .defaulted("split", .choice(Split.allCases.map(\.rawValue)), "test", "which split"), .prompt,
      .readCount,
      .choiceSeed,
    ] + Parameter.pictures + Parameter.texts, source: .read, listsFiles: true, obtain: "make fashion-mnist",
    sides: DeclaredSides.captionedPictures
  ) { parameters in
    let folder = try parameters.text("folder")
    let stem = try parameters.choice("split", Split.self).stem
    return try IDX.data(
      images: file("\(folder)/\(stem)-images-idx3-ubyte"),
      labels: file("\(folder)/\(stem)-labels-idx1-ubyte"),
      names: classes, parameters)
  }

  /// Packed or not.
  private static func file(_ path: String) -> String { Paths.exists(path) ? path : path + ".gz" }
}
