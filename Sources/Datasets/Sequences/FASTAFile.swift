import Declarations
import Files

/// A FASTA file: where its records lie is known, what they hold is read when it is asked for.
struct FASTAFile: Sendable {
  private let file: InputFile
  /// The place of each `>` that begins a record, and the end of the file.
  private let starts: [Int]

  /// The longest known protein has 35,000 residues; a whole chromosome is no item of a batch.
  private static let longestRecord = 16 << 20

  /// - Throws: `FileFailure`; `DatasetFailure` where it does not begin with a `>`; `TextFailure.notUTF8`.
  init(_ path: String) throws {
    file = try InputFile(path)
    let beginning = try file.bytes(at: 0, count: 4)
    let mark = beginning.starts(with: TextFile.byteOrderMark) ? TextFile.byteOrderMark.count : 0
    guard beginning.dropFirst(mark).first == UInt8(ascii: ">") else {
      throw DatasetFailure.badFile(path: path, detail: "this is not FASTA: it does not begin with `>`")
    }
    starts = try Self.scan(file, mark: mark)
  }

  var count: Int { starts.count - 1 }
  var path: String { file.path }

  /// - Parameter mark: the bytes of a byte order mark.
  private static func scan(_ file: InputFile, mark: Int) throws -> [Int] {
    var starts: [Int] = []
    var isLineStart = true
    var check = UTF8Check()
    for offset in stride(from: 0, to: file.size, by: 1 << 20) {
      let bytes = try file.bytes(at: offset, count: 1 << 20)
      if let fault = check.fault(inNext: bytes) { throw TextFailure.notUTF8(path: file.path, fault) }
      try InputBudget.require(items: starts.count, of: file.path)
      for (place, byte) in bytes.enumerated() {
        if isLineStart, byte == UInt8(ascii: ">") { starts.append(offset + place) }
        isLineStart = isBreak(byte) || offset + place < mark
      }
    }
    if let fault = check.faultAtEnd { throw TextFailure.notUTF8(path: file.path, fault) }
    return starts + [file.size]
  }

  /// The header without its `>`, and the residues.
  func record(_ index: Int) throws -> (header: String, residues: String) {
    let range = starts[index]..<starts[index + 1]
    guard range.count <= Self.longestRecord else {
      throw DatasetFailure.badItem(path: path, index: index, detail: "is longer than 16 MiB")
    }
    let bytes = try file.bytes(at: range.lowerBound + 1, count: range.count - 1)
    let end = bytes.firstIndex(where: Self.isBreak) ?? bytes.count
    let residues = bytes[end...].filter { $0 > 32 && $0 != UInt8(ascii: "*") }
    guard let strange = residues.first(where: { !Self.isResidue($0) }) else {
      // The whole file is UTF-8, so its lines are.
      return (String(decoding: bytes[..<end], as: UTF8.self), String(decoding: residues, as: UTF8.self))
    }
    throw DatasetFailure.badItem(
      path: path, index: index, detail: "has the byte \(strange) in its residues; expected letters")
  }

  private static func isResidue(_ byte: UInt8) -> Bool {
    (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) || byte == UInt8(ascii: "-")
  }

  /// Lines end with LF, CRLF or CR.
  private static func isBreak(_ byte: UInt8) -> Bool { byte == 10 || byte == 13 }

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
