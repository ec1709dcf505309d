import Declarations
import Files

/// `idx`: images and classes in the format of MNIST, packed with gzip or not.
enum IDX {
  /// A compressed file is unpacked in memory, up to this.
  private static let largestFile = 1 << 30

  static let kind = DatasetKind(
    "idx", "images and classes in the format of MNIST",
    [
      .required("images", .file, "an idx3-ubyte file, gzipped or not"),
      .optional("labels", .file, "the idx1-ubyte file of the classes"),
      .optional("classes", .list(.string, most: 256), "the names of the classes; by default their numbers"),
      .prompt, .readCount, .choiceSeed,
    ] + Parameter.pictures + Parameter.texts, source: .read, sides: DeclaredSides.classifiedPictures
  ) { parameters in
    try data(
      images: try parameters.text("images"), labels: parameters.optionalText("labels"),
      names: try parameters.optionalTexts("classes"), parameters)
  }

  /// - Parameter given: the names of the classes; their numbers where nil.
  static func data(
    images path: String, labels labelPath: String?, names given: [String]?, _ parameters: DataParameters
  ) throws -> PairedData {
    let images = try Content(path, sides: 3)
    let count = try parameters.count(of: images.sides[0], in: path)
    try InputBudget.require(items: count, of: path)
    let (height, width) = (images.sides[1], images.sides[2])
    try InputBudget.require(pictureOf: width, by: height, in: path)
    let pictures = StoredPixels(
      width: width, height: height, channels: 1, transform: try parameters.transform(),
      places: (0..<count).map { images.place($0 * width * height) })
    let labels = try labelPath.map { try readLabels($0, images: path, count: images.sides[0]) } ?? []
    let most = Int(labels.max() ?? -1) + 1
    let classes = given ?? (0..<most).map(String.init)
    guard classes.count >= most else {
      throw DatasetFailure.badParameter(
        kind: parameters.kind, name: "classes",
        expected: "at least \(most) names, one for each class of the file, not \(classes.count)")
    }
    let files = [path] + [labelPath].compactMap { $0 }
    return try ClassifiedImages(
      pictures: pictures, labels: Array(labels.prefix(count)), classes: classes, files: files
    ).data(count, parameters)
  }

  private static func readLabels(_ path: String, images: String, count: Int) throws -> [Int32] {
    let content = try Content(path, sides: 1)
    guard content.sides[0] == count else {
      throw DatasetFailure.countsDiffer([(images, count), (path, content.sides[0])])
    }
    return try content.all().map(Int32.init)
  }

  /// An array of bytes and its sides.
  private struct Content {
    let sides: [Int]
    private let start: StoredPixels.Place
    private let path: String

    init(_ path: String, sides wanted: Int) throws {
      let file = try InputFile(path)
      let isPacked = try file.bytes(at: 0, count: 2) == [0x1F, 0x8B]
      let unpacked = isPacked ? try Gunzip.read(path, limit: IDX.largestFile) : []
      let header =
        isPacked ? Array(unpacked.prefix(4 + 4 * wanted)) : try file.bytes(at: 0, count: 4 + 4 * wanted)
      guard header.count == 4 + 4 * wanted, header[0...3] == [0, 0, 8, UInt8(wanted)] else {
        throw DatasetFailure.badFile(
          path: path, detail: "this is not an idx\(wanted)-ubyte file, because its first bytes differ")
      }
      sides = (0..<wanted).map { side in header[(4 + 4 * side)...].prefix(4).reduce(0) { $0 << 8 | Int($1) } }
      let found = (isPacked ? unpacked.count : file.size) - header.count
      guard !sides.contains(0), let needed = Self.product(sides), needed == found else {
        throw DataFileFailure.wrongSize(
          path: path, shape: sides, expected: Self.product(sides) ?? .max, found: found)
      }
      self.path = path
      start = isPacked ? .memory(unpacked, offset: header.count) : .file(file, offset: header.count)
    }

    private static func product(_ sides: [Int]) -> Int? {
      sides.reduce(1 as Int?) { product, side in
        let (result, overflows) = (product ?? 0).multipliedReportingOverflow(by: side)
        return overflows || product == nil ? nil : result
      }
    }

    func place(_ offset: Int) -> StoredPixels.Place {
      switch start {
      case .file(let file, let first): .file(file, offset: first + offset)
      case .memory(let bytes, let first): .memory(bytes, offset: first + offset)
      }
    }

    func all() throws -> [UInt8] {
      switch start {
      case .file(let file, let first): try file.bytes(at: first, count: file.size - first)
      case .memory(let bytes, let first): Array(bytes[first...])
      }
    }
  }
}
