import Declarations
import Files
import Foundation

/// `hateful-memes`: images with text, each hateful or not, listed in a file of one JSON object a line.
///
/// Classes as the paper words them: "a meme." and "a hatespeech meme." Source: Kiela et al. 2020, arXiv:2005.04790;
/// Liang et al. 2022, Supp. Table 3.
enum HatefulMemes {
  private static let classes = ["meme", "hatespeech meme"]
  private static let largest = 1 << 28

  private enum Caption: String, CaseIterable {
    case text
    case classes = "class"
  }

  private struct Entry {
    let path: String
    let text: String
    let label: Int32
  }

  static let kind = DatasetKind(
    "hateful-memes", "memes, hateful or not, which a .jsonl file lists",
    [
      .required("path", .file, "dev_seen.jsonl or another of the files; paths of images are relative to it"),
      .defaulted(
        "captions", .choice(Caption.allCases.map(\.rawValue)), "class",
        "the caption of an image: its class in words, or the text on it"),
      .prompt("a {}."), .readCount, .choiceSeed,
    ] + Parameter.pictures + Parameter.texts, source: .read, listsFiles: true,
    sides: DeclaredSides.captionedPictures
  ) { parameters in
    let path = try parameters.text("path")
    let entries = try read(path)
    let count = try parameters.count(of: entries.count, in: path)
    let chosen = entries.prefix(count)
    let pictures = ImageFiles(paths: chosen.map(\.path), transform: try parameters.transform())
    let data = try ClassifiedImages(
      pictures: pictures, labels: chosen.map(\.label), classes: classes, files: [path] + pictures.paths
    ).data(count, parameters)
    guard try parameters.choice("captions", Caption.self) == .text else { return data }
    var texts = TextArena()
    for entry in chosen { texts.append(entry.text) }
    return data.replacing(y: try parameters.texts(texts))
  }

  private static func read(_ path: String) throws -> [Entry] {
    let folder = (path as NSString).deletingLastPathComponent
    let bytes = try TextFile.read(path, limit: InputBudget.bytes(atMost: largest, share: 16))
    var entries: [Entry] = []
    for (index, line) in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
      .enumerated()
    {
      if line.allSatisfy({ [0x20, 0x09, 0x0D].contains($0) }) { continue }
      entries.append(try entry(Array(line), path, index + 1, folder))
    }
    guard !entries.isEmpty else { throw DatasetFailure.nothingFound(path: path, expected: "line") }
    return entries
  }

  private static func entry(_ line: [UInt8], _ path: String, _ number: Int, _ folder: String) throws -> Entry
  {
    guard let json = try? JSONReader.value(line), json.object != nil else {
      throw DatasetFailure.badLine(path: path, line: number, detail: "expected one JSON object in this line")
    }
    guard let image = json["img"]?.string, !image.isEmpty, !image.contains("\0") else {
      throw DatasetFailure.badLine(path: path, line: number, detail: "expected the path of an image as `img`")
    }
    guard let label = json["label"]?.integer, (0...1).contains(label) else {
      throw DatasetFailure.badLine(
        path: path, line: number,
        detail:
          "expected a `label` of 0 or 1; the files of the test sets have none, so use dev_seen.jsonl or train.jsonl"
      )
    }
    return Entry(
      path: NamedRecords.path(image, in: folder), text: json["text"]?.string ?? "", label: Int32(label))
  }
}
