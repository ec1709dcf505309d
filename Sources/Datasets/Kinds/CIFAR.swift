import Declarations
import Files
import Foundation

/// `cifar`: CIFAR-10 or CIFAR-100 in their binary form.
enum CIFAR {
  private enum Variant: String, CaseIterable {
    case ten = "10"
    case hundred = "100"

    /// Bytes of labels before an image; the last is the one that counts.
    var labelBytes: Int { self == .ten ? 1 : 2 }
    var namesFile: String { self == .ten ? "batches.meta.txt" : "fine_label_names.txt" }
    var classes: Int { self == .ten ? 10 : 100 }

    func files(_ split: Split) -> [String] {
      switch (self, split) {
      case (.ten, .train): (1...5).map { "data_batch_\($0).bin" }
      case (.ten, .test): ["test_batch.bin"]
      case (.hundred, .train): ["train.bin"]
      case (.hundred, .test): ["test.bin"]
      case (_, .all): files(.train) + files(.test)
      }
    }
  }

  private enum Split: String, CaseIterable {
    case train, test, all
  }

  private static let largestNames = 1 << 20
  private static let area = 32 * 32
  private static let names = [
    "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck",
  ]

  static let kind = DatasetKind(
    "cifar", "CIFAR-10 or CIFAR-100, in their binary format",
    [
      .required("folder", .folder, "the folder of the .bin files"),
      .defaulted("variant", .choice(["10", "100"]), "10", "how many classes"),
      .defaulted(
        "split", .choice(Split.allCases.map(\.rawValue)), "test", "which split; `all` is train, then test"),
      .prompt, .readCount, .choiceSeed,
    ] + Parameter.pictures + Parameter.texts, source: .read, listsFiles: true,
    sides: DeclaredSides.captionedPictures
  ) { parameters in
    let folder = try parameters.text("folder")
    let variant = try parameters.choice("variant", Variant.self)
    let paths = variant.files(try parameters.choice("split", Split.self)).map { folder + "/" + $0 }
    let files = try paths.map { try open($0, variant) }
    let record = variant.labelBytes + 3 * area
    try InputBudget.require(items: files.reduce(0) { $0 + $1.size / record }, of: folder)
    let all = files.flatMap { file in
      (0..<file.size / record).map { StoredPixels.Place.file(file, offset: $0 * record + variant.labelBytes) }
    }
    let count = try parameters.count(of: all.count, in: folder)
    let labels = try files.flatMap { try readLabels($0, variant, record) }
    let pictures = StoredPixels(
      width: 32, height: 32, channels: 3, transform: try parameters.transform(),
      places: Array(all.prefix(count)))
    return try ClassifiedImages(
      pictures: pictures, labels: Array(labels.prefix(count)), classes: try classes(folder, variant),
      files: paths + [folder + "/" + variant.namesFile].filter(Paths.exists),
      remarks: { [remarks = remarks(folder, variant)] in remarks }
    ).data(count, parameters)
  }

  private static func open(_ path: String, _ variant: Variant) throws -> InputFile {
    let file = try InputFile(path)
    let record = variant.labelBytes + 3 * area
    guard file.size > 0, file.size % record == 0 else {
      throw DatasetFailure.badFile(
        path: path,
        detail:
          "it has \(file.size) bytes, but the size of a CIFAR-\(variant.rawValue) file is a multiple of "
          + "\(record); it is truncated, or belongs to the other variant")
    }
    return file
  }

  private static func readLabels(_ file: InputFile, _ variant: Variant, _ record: Int) throws -> [Int32] {
    try (0..<file.size / record).map { index in
      let label = try file.bytes(at: index * record + variant.labelBytes - 1, count: 1).first
      guard let label, label < variant.classes else {
        throw DatasetFailure.badItem(
          path: file.path, index: index, detail: "has a class number that is not below \(variant.classes)")
      }
      return Int32(label)
    }
  }

  /// Prompts of numbered classes mean nothing.
  private static func remarks(_ folder: String, _ variant: Variant) -> [String] {
    let path = folder + "/" + variant.namesFile
    guard variant == .hundred, !Paths.exists(path) else { return [] }
    return [
      "there is no \(path), so its classes are called `class 0`, `class 1` and so on, in captions and prompts, too; "
        + "put the file there, or give their names (`classes`)"
    ]
  }

  /// Of the file beside the data; else CIFAR-10's, which are known, or numbers.
  private static func classes(_ folder: String, _ variant: Variant) throws -> [String] {
    let path = folder + "/" + variant.namesFile
    guard Paths.exists(path) else {
      return variant == .ten ? names : (0..<100).map { "class \($0)" }
    }
    let found = TextFile.lines(try TextFile.read(path, limit: largestNames)).map {
      $0.split(separator: "_").joined(separator: " ")
    }
    guard found.count == variant.classes else {
      throw DatasetFailure.badFile(
        path: path,
        detail: "it names \(found.count) classes, but CIFAR-\(variant.rawValue) has \(variant.classes); "
          + "correct it, or remove it")
    }
    return found
  }
}
