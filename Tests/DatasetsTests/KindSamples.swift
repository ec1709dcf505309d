import Datasets
import Declarations
import Foundation
import TestSupport

/// A data set of twelve items for every kind, its files made on the spot.
enum KindSamples {
  /// Kinds that need no file.
  static let made = DatasetCatalog.signatures.filter { !$0.source.isRead(with: [:]) }.map(\.kind)
  /// Each with the files that it is read from.
  private static let read: [(name: String, values: @Sendable (String) throws -> [String: JSONValue])] = [
    ("proteins-file", proteins), ("openclipart", clipart), ("captioned-images", captioned), ("coco", coco),
    ("image-folder", imageFolder), ("cifar", cifar), ("idx", idx), ("tensors", tensors),
    ("fashion-mnist", fashion), ("eurosat", eurosat), ("svhn", svhn), ("hateful-memes", memes),
    ("fairface", fairface),
  ]
  static let names = made + read.map(\.name)

  static func made(_ kind: String, seed: UInt64, own: Int? = nil) throws -> PairedData {
    var values: [String: JSONValue] = ["count": 12]
    let keys = DatasetCatalog.signatures.first { $0.kind == kind }?.parameters.map(\.name) ?? []
    if keys.contains("size") { values["size"] = 32 }
    if let own { values["seed"] = .number(Double(own)) }
    return try DatasetCatalog.make(kind, with: values, seed: seed)
  }

  /// The kind that a sample is of.
  static func kind(_ name: String) -> String { name == "proteins-file" ? "proteins" : name }

  static func with(_ name: String, _ body: (PairedData) throws -> Void) throws {
    if made.contains(name) { return try body(made(name, seed: 3)) }
    try withFolder { folder in
      try body(DatasetCatalog.make(kind(name), with: try values(name, folder), seed: 3))
    }
  }

  /// Writes the files of a kind and gives the keys that name them.
  static func values(_ name: String, _ folder: String) throws -> [String: JSONValue] {
    try read.first { $0.name == name }?.values(folder) ?? [:]
  }

  /// A picture of its own for each number.
  static func picture(_ number: Int) -> [UInt8] {
    var rows: [UInt8] = []
    for y in 0..<9 {
      rows.append(0)
      for x in 0..<10 { rows += [UInt8(number * 20), UInt8(x * 25), UInt8(y * 28)] }
    }
    return SamplePictures.png(10, 9, type: 2, rows: rows)
  }

  private static func pictures(_ folder: String) throws {
    for number in 0..<12 { try write(picture(number), folder + "/p\(number).png") }
  }

  private static func proteins(_ folder: String) throws -> [String: JSONValue] {
    let records = (0..<12).map {
      ">sp|P\($0)|N\($0)_HUMAN Protein \($0) OS=Homo sapiens OX=9606\nMKV\nLLA\($0 % 2 == 0 ? "C" : "W")\n"
    }
    return ["path": .string(try write(records.joined(), folder + "/a.fasta")), "length": 16]
  }

  private static func clipart(_ folder: String) throws -> [String: JSONValue] {
    for number in 0..<12 {
      try write(picture(number), folder + "/png/animals/dog_\(number).png")
      if number == 7 { continue }
      try write(
        """
        <svg><metadata><rdf:RDF><cc:Work><dc:creator><cc:Agent><dc:title>Nobody</dc:title></cc:Agent></dc:creator>
        <dc:title>Dog &amp; cat \(number)</dc:title><dc:subject><rdf:Bag><rdf:li>animal</rdf:li><rdf:li></rdf:li>
        <rdf:li>dog \(number)</rdf:li></rdf:Bag></dc:subject></cc:Work></rdf:RDF></metadata></svg>
        """, folder + "/svg/animals/dog_\(number).svg")
    }
    return ["folder": .string(folder), "size": 8]
  }

  private static func captioned(_ folder: String) throws -> [String: JSONValue] {
    try pictures(folder)
    let rows = (0..<12).map { "\($0),p\($0).png,\"a picture, \"\"number\"\" \($0)\"\r\n" }
    let path = try write("\u{FEFF}id,path,caption\r\n" + rows.joined(), folder + "/list.csv")
    return ["path": .string(path), "size": 8]
  }

  private static func coco(_ folder: String) throws -> [String: JSONValue] {
    try pictures(folder + "/val")
    let images = (0..<12).reversed().map { #"{"id": \#($0 + 5), "file_name": "p\#($0).png", "width": 10}"# }
    let captions = ["one", "two", "three"].flatMap { word in
      (0..<12).map { #"{"id": 1, "image_id": \#($0 + 5), "caption": "\#(word) \#($0)"}"# }
    }
    let json =
      "{\"info\": {}, \"images\": [\(images.joined(separator: ","))], "
      + "\"annotations\": [\(captions.joined(separator: ","))]}"
    let path = try write(json, folder + "/captions.json")
    return ["annotations": .string(path), "folder": .string(folder + "/val"), "size": 8]
  }

  private static func imageFolder(_ folder: String) throws -> [String: JSONValue] {
    for number in 0..<12 {
      let name = number < 5 ? "polar_bear" : "ant"
      try write(picture(number), folder + "/\(name)/p\(number).PNG")
    }
    try write("not a picture", folder + "/ant/readme.txt")
    return ["folder": .string(folder), "size": 8]
  }

  private static func cifar(_ folder: String) throws -> [String: JSONValue] {
    var records: [UInt8] = []
    for number in 0..<12 {
      records.append(UInt8(number % 10))
      for place in 0..<3072 { records.append(UInt8(truncatingIfNeeded: place * 7 + number)) }
    }
    try write(records, folder + "/test_batch.bin")
    return ["folder": .string(folder), "size": 8, "resize": "bilinear"]
  }

  private static func idx(_ folder: String) throws -> [String: JSONValue] {
    let header: [UInt8] = [0, 0, 8, 3] + [12, 6, 5].flatMap { SamplePictures.big($0) }
    let pixels = (0..<12 * 30).map { UInt8(truncatingIfNeeded: $0 * 3) }
    let images = try write(SampleFiles.gzip(header + pixels), folder + "/images.gz")
    let classes = (0..<12).map { UInt8($0 % 4) }
    let labels: [UInt8] = [0, 0, 8, 1] + SamplePictures.big(12) + classes
    return [
      "images": .string(images), "labels": .string(try write(labels, folder + "/labels")), "size": 8,
      "normalize": "none",
    ]
  }

  private static func fashion(_ folder: String) throws -> [String: JSONValue] {
    let header: [UInt8] = [0, 0, 8, 3] + [12, 28, 28].flatMap { SamplePictures.big($0) }
    let pixels = (0..<12 * 784).map { UInt8(truncatingIfNeeded: $0 * 3 + $0 / 784) }
    try write(SampleFiles.gzip(header + pixels), folder + "/t10k-images-idx3-ubyte.gz")
    let labels: [UInt8] = [0, 0, 8, 1] + SamplePictures.big(12) + (0..<12).map { UInt8($0 % 10) }
    try write(labels, folder + "/t10k-labels-idx1-ubyte")
    return ["folder": .string(folder), "size": 8]
  }

  /// The folders of EuroSAT.
  static let landUse = [
    "AnnualCrop", "Forest", "HerbaceousVegetation", "Highway", "Industrial", "Pasture", "PermanentCrop",
    "Residential",
    "River", "SeaLake",
  ]

  private static func eurosat(_ folder: String) throws -> [String: JSONValue] {
    for (number, name) in (landUse + ["Forest", "River"]).enumerated() {
      try write(picture(number), folder + "/\(name)/\(name)_\(number).png")
    }
    return ["folder": .string(folder), "size": 8]
  }

  private static func svhn(_ folder: String) throws -> [String: JSONValue] {
    let path = try write(SampleMAT.svhn(count: 12, isCompressed: true), folder + "/test_32x32.mat")
    return ["path": .string(path), "size": 8]
  }

  private static func memes(_ folder: String) throws -> [String: JSONValue] {
    let lines = try (0..<12).map { number in
      try write(picture(number), folder + "/img/0\(number).png")
      return
        #"{"id": \#(number), "img": "img/0\#(number).png", "label": \#(number % 2), "text": "text \#(number)"}"#
    }
    return [
      "path": .string(try write(lines.joined(separator: "\n") + "\n", folder + "/dev_seen.jsonl")), "size": 8,
    ]
  }

  private static func fairface(_ folder: String) throws -> [String: JSONValue] {
    let races = [
      "White", "Black", "Latino_Hispanic", "Indian", "Middle Eastern", "Southeast Asian", "East Asian",
    ]
    let rows = try (0..<12).map { number in
      try write(picture(number), folder + "/val/\(number).png")
      return
        "val/\(number).png,\(number % 2 == 0 ? "3-9" : "more than 70"),\(number % 3 == 0 ? "Male" : "Female"),"
        + "\(races[number % 7]),False"
    }
    let text = "file,age,gender,race,service_test\n" + rows.joined(separator: "\n") + "\n"
    return ["path": .string(try write(text, folder + "/fairface_label_val.csv")), "size": 8]
  }

  /// Writes an array in NumPy's format.
  static func npy(_ path: String, _ type: String, _ shape: [Int], _ bytes: [UInt8]) throws -> String {
    let sides = shape.map(String.init).joined(separator: ", ") + (shape.count == 1 ? "," : "")
    let head = "{'descr': '\(type)', 'fortran_order': False, 'shape': (\(sides)), }"
    let padded = head + String(repeating: " ", count: 117 - head.utf8.count) + "\n"
    return try write([0x93] + Array("NUMPY".utf8) + [1, 0, 118, 0] + Array(padded.utf8) + bytes, path)
  }

  private static func tensors(_ folder: String) throws -> [String: JSONValue] {
    func npy(_ name: String, _ type: String, _ shape: [Int], _ bytes: [UInt8]) throws -> JSONValue {
      .string(try Self.npy(folder + "/" + name, type, shape, bytes))
    }
    let numbers = (0..<12 * 3 * 2 * 2).flatMap { value in
      withUnsafeBytes(of: Float(value).bitPattern.littleEndian) { Array($0) }
    }
    return [
      "images": try npy("images.npy", "<f4", [12, 3, 2, 2], numbers),
      "tokens": try npy("tokens.npy", "|u1", [12, 4], (0..<48).map { UInt8($0) }),
      "labels": try npy("labels.npy", "|u1", [12], (0..<12).map { UInt8($0 % 3) }),
    ]
  }
}
