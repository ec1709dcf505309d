import Declarations
import Files
import Foundation

/// `coco`: the images and captions of COCO, by its captions file.
enum COCO {
  private enum Policy: String, CaseIterable {
    case first, last
  }

  private struct Annotations: Decodable {
    struct Picture: Decodable {
      let id: Int
      let fileName: String

      private enum CodingKeys: String, CodingKey {
        case id
        case fileName = "file_name"
      }
    }
    struct Caption: Decodable {
      let image: Int
      let caption: String

      private enum CodingKeys: String, CodingKey {
        case image = "image_id"
        case caption
      }
    }
    let images: [Picture]
    let annotations: [Caption]
  }

  private static let largestFile = 1 << 30

  static let kind = DatasetKind(
    "coco", "images and captions of COCO, in the order of the image ids",
    [
      .required("annotations", .file, "captions_val2017.json, or that of another split"), .folder,
      .defaulted(
        "captions", .choice(Policy.allCases.map(\.rawValue)), "first",
        "which of an image's captions, in the order of the file"), .readCount, .choiceSeed,
    ] + Parameter.pictures + Parameter.texts, source: .read, listsFiles: true, version: 2,
    worsensCaptions: true, sides: DeclaredSides.captionedPictures
  ) { parameters in
    let path = try parameters.text("annotations")
    let (pairs, remarks) = try read(
      path, folder: try parameters.text("folder"), try parameters.choice("captions", Policy.self))
    let count = try parameters.count(of: pairs.count, in: path)
    let pictures = pairs.prefix(count).map(\.path)
    var captions = TextArena()
    for pair in pairs.prefix(count) { captions.append(pair.caption) }
    return PairedData(
      count: count, x: .numbers(ImageFiles(paths: pictures, transform: try parameters.transform())),
      y: try parameters.texts(captions), files: [path] + pictures + parameters.vocabularyFiles,
      remarks: { remarks })
  }

  /// Images without a caption are left out, and captions without an image; the remarks say how many.
  private static func read(_ path: String, folder: String, _ policy: Policy) throws -> (
    pairs: [(path: String, caption: String)], remarks: [String]
  ) {
    let file = try decode(path)
    var captions: [Int: String] = [:]
    for annotation in file.annotations {
      if policy == .last || captions[annotation.image] == nil {
        captions[annotation.image] = annotation.caption
      }
    }
    let pairs = file.images.sorted { $0.id < $1.id }.compactMap { picture in
      captions[picture.id].map { (path: folder + "/" + picture.fileName, caption: $0) }
    }
    guard !pairs.isEmpty else {
      throw DatasetFailure.nothingFound(path: path, expected: "image with a caption")
    }
    let alone = file.images.count - pairs.count
    let strangers = Set(captions.keys).subtracting(file.images.map(\.id)).count
    let remarks = [
      alone == 0
        ? nil
        : "\(path): left out \(alone) of \(counted(file.images.count, "image")), which \(alone == 1 ? "has" : "have") no caption",
      strangers == 0
        ? nil
        : "\(path): left out the captions of \(counted(strangers, "image")) that `images` does not list",
    ]
    return (pairs, remarks.compactMap { $0 })
  }

  private static func decode(_ path: String) throws -> Annotations {
    // What JSON decodes to takes some ten times its bytes.
    let bytes = try TextFile.read(path, limit: InputBudget.bytes(atMost: largestFile, share: 16))
    do {
      let annotations = try JSONDecoder().decode(Annotations.self, from: Data(bytes))
      if let key = try JSONReader.repeatedKey(in: bytes) {
        throw DatasetFailure.badFile(
          path: path, detail: "an object has the key `\(key.prefix(80))` twice; keep one of the two")
      }
      return annotations
    } catch let failure as DatasetFailure {
      throw failure
    } catch {
      if let line = JSONEscapes.lineOfUnpairedSurrogate(bytes) {
        throw TextFailure.unpairedSurrogate(path: path, line: line)
      }
      throw DatasetFailure.badFile(
        path: path,
        detail: "this is not a captions file of COCO: expected a JSON object with `images` "
          + "(`id`, `file_name`) and `annotations` (`image_id`, `caption`)")
    }
  }
}
