import Contracts

/// `image-folder`: a folder with one folder of pictures a class, or pictures alone.
enum ImageFolder {
  static let kind = DatasetKind(
    "image-folder", "pictures of a folder; its folders are classes, named in the captions",
    [.folder, .prompt, .readCount, .choiceSeed] + Parameter.pictures + Parameter.texts, listsFiles: true
  ) { parameters in
    let folder = try parameters.text("folder")
    let classes = try FolderListing(folder).entries.filter { FolderListing.isFolder(folder + "/" + $0) }
    var paths: [String] = []
    var labels: [Int32] = []
    for (label, name) in classes.enumerated() {
      let found = try PictureFiles.find(below: folder + "/" + name)
      paths += found
      labels += [Int32](repeating: Int32(label), count: found.count)
    }
    if classes.isEmpty { paths = try PictureFiles.find(below: folder) }
    guard !paths.isEmpty else {
      throw DatasetFailure.nothingFound(path: folder, expected: "picture (.png, .jpg, .jpeg)")
    }
    let count = try parameters.count(of: paths.count, in: folder)
    let pictures = PictureFiles(paths: Array(paths.prefix(count)), transform: try parameters.transform())
    return try ClassifiedImages(
      pictures: pictures, labels: Array(labels.prefix(count)),
      classes: classes.map { $0.split(separator: "_").joined(separator: " ") }, files: pictures.paths
    ).data(count, parameters)
  }
}

/// Pictures with a class each, whose captions are made from the classes' names.
struct ClassifiedImages {
  let pictures: any NumberSource
  let labels: [Int32]
  let classes: [String]
  let files: [String]

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
      count: count, x: .numbers(pictures), y: y, labels: labels, classes: classes,
      files: files + parameters.vocabularyFiles)
  }
}

extension Parameter {
  static let prompt = defaulted(
    "prompt", .string, "a photo of a {}.", "the caption of a class; {} stands for its name")
}
