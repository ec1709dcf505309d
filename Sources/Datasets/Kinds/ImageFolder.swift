import Declarations
import Files

/// `image-folder`: a folder with one folder of images a class, or images alone.
enum ImageFolder {
  static let kind = DatasetKind(
    "image-folder", "images of a folder; its subfolders are classes, which the captions name",
    [.folder, .prompt, .readCount, .choiceSeed] + Parameter.pictures + Parameter.texts, source: .read,
    listsFiles: true, version: 2, sides: DeclaredSides.classifiedPictures
  ) { parameters in
    let folder = try parameters.text("folder")
    let found = try Classes(folder)
    let count = try parameters.count(of: found.listing.paths.count, in: folder)
    let pictures = ImageFiles(
      paths: Array(found.listing.paths.prefix(count)), transform: try parameters.transform())
    return try ClassifiedImages(
      pictures: pictures, labels: Array(found.labels.prefix(count)),
      classes: found.names.map { $0.split(separator: "_").joined(separator: " ") }, files: pictures.paths,
      remarks: { found.remarks }
    ).data(count, parameters)
  }

  /// The folders in a folder and the images in each; without folders, the images alone.
  private struct Classes {
    let names: [String]
    private(set) var listing: PictureListing
    private(set) var labels: [Int32] = []
    private(set) var remarks: [String] = []

    /// - Throws: what `PictureListing` throws; `DatasetFailure` where there is no image, or a class has none.
    init(_ folder: String) throws {
      names = try FolderListing(folder).entries.filter { Paths.isFolder(folder + "/" + $0) }
      try Self.requireDifferent(names, folder)
      let own = try PictureListing(beside: Set(names), in: folder)
      guard !names.isEmpty else {
        listing = own
        remarks = own.remarks(in: folder)
        guard own.paths.isEmpty else { return }
        throw ImageFolder.nothing(in: folder, own)
      }
      let classes = try names.map { try PictureListing(below: folder + "/" + $0) }
      try Self.requireNoneEmpty(names, classes, folder)
      listing = classes[0]
      for other in classes.dropFirst() { listing.append(other) }
      for (label, found) in classes.enumerated() {
        labels += [Int32](repeating: Int32(label), count: found.paths.count)
      }
      remarks = listing.remarks(in: folder) + Self.remarks(on: own, in: folder)
    }

    /// The folder of a class may be a link, to a disk elsewhere perhaps.
    private static func requireDifferent(_ names: [String], _ folder: String) throws {
      var known: [FileStatus.Identity: String] = [:]
      if let own = FileStatus(folder)?.identity { known[own] = "." }
      for name in names {
        guard let identity = FileStatus(folder + "/" + name)?.identity else { continue }
        if let first = known.updateValue(name, forKey: identity) {
          throw DatasetFailure.sameClass(path: folder, first: first, second: name)
        }
      }
    }

    private static func requireNoneEmpty(
      _ names: [String], _ classes: [PictureListing], _ folder: String
    ) throws {
      let empty = zip(names, classes).filter { $0.1.paths.isEmpty }
      guard let first = empty.first else { return }
      guard empty.count < classes.count || classes.count == 1 else {
        var all = first.1
        for other in empty.dropFirst() { all.append(other.1) }
        throw ImageFolder.nothing(in: folder, all)
      }
      throw DatasetFailure.emptyClasses(
        path: folder,
        classes: empty.map { name, found in
          found.passedOver.isEmpty ? name : "\(name) (which has only \(found.named(in: folder + "/" + name)))"
        })
    }

    /// Of what lies beside the classes.
    private static func remarks(on own: PictureListing, in folder: String) -> [String] {
      let loose = own.paths + own.passedOver.map(\.path)
      guard !loose.isEmpty else { return [] }
      let (pictures, lie, have) =
        loose.count == 1 ? ("image", "is", "has") : ("images", "are", "have")
      let names = PictureListing.list(loose.map { PictureListing.name($0, in: folder) })
      return [
        "\(folder): skipped \(loose.count) \(pictures) that \(lie) beside the class folders and therefore \(have) no "
          + "class: \(names); move the images that should count into a folder"
      ]
    }
  }

  private static func nothing(in folder: String, _ found: PictureListing) -> DatasetFailure {
    let others =
      found.passedOver.isEmpty
      ? "" : "; skipped \(counted(found.passedOver.count, "file")): \(found.named(in: folder))"
    return .nothingFound(path: folder, expected: "image (PNG, JPEG, WebP)\(others)")
  }
}

/// Images with a class each, whose captions are made from the classes' names.
struct ClassifiedImages {
  let pictures: any NumberSource
  let labels: [Int32]
  let classes: [String]
  let files: [String]
  var attributes: PairedData.Attributes = { _ in nil }
  var remarks: PairedData.Remarks = { [] }

  private struct Captions: TextSource {
    let labels: [Int32]
    let captions: [String]
    func text(_ index: Int) -> String { captions[Int(labels[index])] }
  }

  func data(_ count: Int, _ parameters: DataParameters) throws -> PairedData {
    let prompt = try parameters.text("prompt")
    let captions = classes.map { name in
      prompt.split(separator: "{}", omittingEmptySubsequences: false).joined(separator: name)
    }
    let y = labels.isEmpty ? nil : try parameters.texts(Captions(labels: labels, captions: captions))
    return PairedData(
      count: count, x: .numbers(pictures), y: y, labels: labels, classes: classes, prompt: prompt,
      attributes: attributes, files: files + parameters.vocabularyFiles, remarks: remarks)
  }
}

extension Parameter {
  static let prompt = prompt("a photo of a {}.")

  /// With the wording of a kind of data.
  static func prompt(_ usual: String) -> Parameter {
    defaulted("prompt", .string, .string(usual), "the caption of a class; {} stands for its name")
  }
}
