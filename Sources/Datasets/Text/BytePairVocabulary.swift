import Contracts
import Files
import Foundation

/// The pieces and merges of a byte-pair vocabulary.
///
/// Symbols 0…255 are bytes, 256…511 bytes that end a word, the others what merges made; each has an id
/// in the vocabulary.
struct BytePairVocabulary: Sendable {
  typealias Symbol = Int32

  struct Merge: Sendable {
    let rank: Int32
    let symbol: Symbol
  }

  let size: Int
  let start: Int32
  let end: Int32
  private let ids: [Int32]
  private let merges: [UInt64: Merge]
  /// Symbols by their id.
  private let pieces: [Int32: Symbol]
  private let names: [String]

  func id(of symbol: Symbol) -> Int32 { ids[Int(symbol)] }

  func merge(_ first: Symbol, _ second: Symbol) -> Merge? { merges[Self.key(first, second)] }

  private static func key(_ first: Symbol, _ second: Symbol) -> UInt64 {
    UInt64(UInt32(bitPattern: first)) << 32 | UInt64(UInt32(bitPattern: second))
  }

  /// No known vocabulary unpacks to more.
  private static let largestFile = 64 << 20
  /// CLIP's file goes on behind these; what follows is not used.
  private static let mostOfCLIP = 49152 - 256 - 2

  static func mergesBeside(_ path: String) -> String {
    path.contains("/") ? (path as NSString).deletingLastPathComponent + "/merges.txt" : "merges.txt"
  }

  init(_ path: String, merges mergesPath: String?) throws {
    let bytes = try TextFile.read(path, limit: Self.largestFile)
    let isJSON = bytes.first { !Self.isSpace($0) } == UInt8(ascii: "{")
    if isJSON {
      let mergesPath = mergesPath ?? Self.mergesBeside(path)
      let merges = try Self.readMerges(
        TextFile.read(mergesPath, limit: Self.largestFile), mergesPath, most: 10_000_000)
      try self.init(merges, table: Self.readTable(bytes, path), path)
    } else {
      let merges = try Self.readMerges(bytes, path, most: Self.mostOfCLIP)
      try self.init(merges, table: nil, path)
    }
  }

  /// Without a table, ids are in CLIP's order: bytes, bytes that end words, merges, start, end.
  private init(_ pairs: [(String, String)], table: [String: Int32]?, _ path: String) throws {
    var symbols = SymbolTable()
    var learnt: [UInt64: Merge] = [:]
    learnt.reserveCapacity(pairs.count)
    var latest: [Symbol: Int32] = [:]
    for (rank, pair) in pairs.enumerated() {
      let (first, second) = (symbols.symbol(pair.0), symbols.symbol(pair.1))
      let merged = symbols.symbol(pair.0 + pair.1)
      learnt[Self.key(first, second)] = Merge(rank: Int32(rank), symbol: merged)
      latest[merged] = Int32(512 + rank)
    }
    merges = learnt
    names = symbols.names
    guard let table else {
      size = 512 + pairs.count + 2
      start = Int32(size - 2)
      end = Int32(size - 1)
      let unknown = end
      // A piece made twice has the id of the later merge, as in the authors' dictionary.
      ids = symbols.names.indices.map { latest[Symbol($0)] ?? ($0 < 512 ? SymbolTable.order[$0] : unknown) }
      pieces = Self.inverse(ids)
      return
    }
    let (start, end) = try Self.ends(table, path)
    (self.start, self.end) = (start, end)
    size = Int(table.values.max() ?? 0) + 1
    ids = symbols.names.map { table[$0] ?? end }
    pieces = Self.inverse(ids)
  }

  private static func inverse(_ ids: [Int32]) -> [Int32: Symbol] {
    Dictionary(ids.enumerated().map { ($1, Symbol($0)) }, uniquingKeysWith: { first, _ in first })
  }

  /// The pieces of these ids one behind the other, with a space where a word ends.
  func text(of ids: [Int32]) -> String {
    let bytes = ids.flatMap { id -> [UInt8] in
      guard let name = pieces[id].map({ names[Int($0)] }) else { return [] }
      let endsWord = name.hasSuffix("</w>")
      let known = (endsWord ? name.dropLast(4) : name[...]).compactMap { SymbolTable.byte[String($0)] }
      return known + (endsWord ? [32] : [])
    }
    return String(decoding: bytes.last == 32 ? bytes.dropLast() : bytes, as: UTF8.self)
  }

  private static func ends(_ table: [String: Int32], _ path: String) throws -> (Int32, Int32) {
    guard let start = table["<|startoftext|>"], let end = table["<|endoftext|>"] else {
      throw VocabularyFailure.badVocabulary(
        path: path,
        detail: "it has no <|startoftext|> or no <|endoftext|>; use the vocab.json of a CLIP model")
    }
    guard end == table.values.max() else {
      throw VocabularyFailure.badVocabulary(
        path: path, detail: "<|endoftext|> must have the largest id, because CLIP finds a text's end by it")
    }
    return (start, end)
  }
}

// MARK: - Files

extension BytePairVocabulary {
  private static func isSpace(_ byte: UInt8) -> Bool { byte == 32 || (9...13).contains(byte) }

  /// The lines behind the first, which names the version, in the order they were learnt.
  private static func readMerges(_ bytes: [UInt8], _ path: String, most: Int) throws -> [(String, String)] {
    let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    var pairs: [(String, String)] = []
    for (index, line) in lines.dropFirst().prefix(most).enumerated() {
      let pieces = line.split { Self.isSpace($0) }
      if pieces.isEmpty, index + 2 == lines.count { break }
      guard pieces.count == 2 else {
        throw VocabularyFailure.badMerge(path: path, line: index + 2, found: text(line))
      }
      pairs.append((text(pieces[0]), text(pieces[1])))
    }
    guard !pairs.isEmpty else { throw VocabularyFailure.noMerges(path: path) }
    return pairs
  }

  /// From bytes that were checked.
  private static func text(_ bytes: ArraySlice<UInt8>) -> String { String(decoding: bytes, as: UTF8.self) }

  private static func readTable(_ bytes: [UInt8], _ path: String) throws -> [String: Int32] {
    guard let table = try? JSONDecoder().decode([String: Int32].self, from: Data(bytes)) else {
      throw VocabularyFailure.badVocabulary(
        path: path, detail: "expected a JSON object of pieces and their ids")
    }
    if let piece = (try? JSONReader.repeatedKey(in: bytes)) ?? nil {
      throw VocabularyFailure.badVocabulary(
        path: path, detail: "it has the piece `\(piece.prefix(80))` twice")
    }
    guard let least = table.values.min(), let most = table.values.max(), least >= 0, most < 1 << 24 else {
      throw VocabularyFailure.badVocabulary(path: path, detail: "its ids are not integers from 0 to 16777215")
    }
    return table
  }
}

/// Pieces by name. Bytes have names of one visible character, as GPT-2 gave them.
private struct SymbolTable {
  private(set) var names = SymbolTable.known
  private var symbols = SymbolTable.knownSymbols

  mutating func symbol(_ name: String) -> Int32 {
    if let known = symbols[name] { return known }
    let symbol = Int32(names.count)
    names.append(name)
    symbols[name] = symbol
    return symbol
  }

  private static func isVisible(_ byte: Int) -> Bool {
    (33...126).contains(byte) || (161...172).contains(byte) || (174...255).contains(byte)
  }

  private static let known = bytes + bytes.map { $0 + "</w>" }
  private static let knownSymbols = Dictionary(
    known.enumerated().map { ($1, Int32($0)) }, uniquingKeysWith: { first, _ in first })

  /// Visible bytes are their Latin-1 character; the others follow from U+0100 on.
  static let bytes: [String] = {
    var hidden: UInt32 = 0
    return (0..<256).map { byte in
      if isVisible(byte) { return Unicode.Scalar(UInt32(byte)).map(String.init) ?? "" }
      defer { hidden += 1 }
      return Unicode.Scalar(256 + hidden).map(String.init) ?? ""
    }
  }()

  /// The byte that a visible character stands for.
  static let byte = Dictionary(
    bytes.enumerated().map { ($1, UInt8($0)) }, uniquingKeysWith: { first, _ in first })

  /// The ids of symbols 0…511 in CLIP's vocabulary: visible bytes first.
  static let order: [Int32] = {
    let bytes = (0..<256).filter(isVisible) + (0..<256).filter { !isVisible($0) }
    var order = [Int32](repeating: 0, count: 512)
    for (id, byte) in bytes.enumerated() {
      order[byte] = Int32(id)
      order[256 + byte] = Int32(256 + id)
    }
    return order
  }()
}
