/// A FASTA file: where its records lie is known, what they hold is read when it is asked for.
struct FASTAFile: Sendable {
  private let file: InputFile
  /// The place of each `>` that begins a record, and the end of the file.
  private let starts: [Int]

  /// The longest known protein has 35,000 residues; a whole chromosome is no item of a batch.
  private static let longestRecord = 16 << 20

  /// - Throws: `FileFailure`; `DatasetFailure` where it does not begin with a `>`, or has no record.
  init(_ path: String) throws {
    file = try InputFile(path)
    guard try file.bytes(at: 0, count: 1).first == UInt8(ascii: ">") else {
      throw DatasetFailure.badFile(path: path, detail: "this is not FASTA: it does not begin with `>`")
    }
    starts = try Self.scan(file)
  }

  var count: Int { starts.count - 1 }
  var path: String { file.path }

  private static func scan(_ file: InputFile) throws -> [Int] {
    var starts: [Int] = []
    var isLineStart = true
    for offset in stride(from: 0, to: file.size, by: 1 << 20) {
      for (place, byte) in try file.bytes(at: offset, count: 1 << 20).enumerated() {
        if isLineStart, byte == UInt8(ascii: ">") { starts.append(offset + place) }
        isLineStart = byte == UInt8(ascii: "\n")
      }
    }
    return starts + [file.size]
  }

  /// The header without its `>`, and the residues.
  func record(_ index: Int) throws -> (header: String, residues: String) {
    let range = starts[index]..<starts[index + 1]
    guard range.count <= Self.longestRecord else {
      throw DatasetFailure.badItem(path: path, index: index, detail: "is longer than 16 MiB")
    }
    let bytes = try file.bytes(at: range.lowerBound + 1, count: range.count - 1)
    let end = bytes.firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
    let residues = bytes[end...].filter { $0 > 32 && $0 != UInt8(ascii: "*") }
    guard let strange = residues.first(where: { !Self.isResidue($0) }) else {
      return (Self.trimmed(bytes[..<end]), String(decoding: residues, as: UTF8.self))
    }
    throw DatasetFailure.badItem(
      path: path, index: index, detail: "has the byte \(strange) among its residues")
  }

  private static func isResidue(_ byte: UInt8) -> Bool {
    (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) || byte == UInt8(ascii: "-")
  }

  private static func trimmed(_ bytes: ArraySlice<UInt8>) -> String {
    String(decoding: bytes.last == 13 ? bytes.dropLast() : bytes, as: UTF8.self)
  }

  /// The description of a header in UniProt's format: what stands between the identifier and the first
  /// field (`OS=`, `OX=`, `GN=`, `PE=`, `SV=`); the identifier where there is none.
  static func description(of header: String) -> String {
    let words = header.split(separator: " ")
    let described = words.dropFirst().prefix { word in
      let letters = Array(word.utf8.prefix(3))
      let isField =
        letters.count == 3 && letters[2] == UInt8(ascii: "=")
        && letters.prefix(2).allSatisfy { (0x41...0x5A).contains($0) }
      return !isField
    }
    return described.isEmpty ? String(words.first ?? "") : described.joined(separator: " ")
  }
}

/// The residues of a FASTA file's records.
struct FASTAResidues: TextSource {
  let file: FASTAFile
  func text(_ index: Int) throws -> String { try file.record(index).residues }
}

/// The descriptions of a FASTA file's records.
struct FASTADescriptions: TextSource {
  let file: FASTAFile
  func text(_ index: Int) throws -> String { FASTAFile.description(of: try file.record(index).header) }
}
