import Contracts
import DataCatalog
import Datasets
import Declarations
import Files
import Foundation
import Kernels

/// A matrix of embeddings as somebody gave it.
struct GivenSide {
  /// What it is called.
  let title: String
  let matrix: Matrix
  /// What a reader should know of its numbers.
  let remark: String?
}

/// One side, or both, that an argument names.
struct GivenArrays {
  let sides: [GivenSide]
  /// What a config can name to read the same: nil of shards, and of members of `.npz` files.
  let path: String?

  /// - Parameters:
  ///   - argument: `.npy`, `.npz`, HDF5, safetensors, with `:member` perhaps, or a folder of shards.
  ///   - inputs: the folder that arrays out of archives are copied to.
  /// - Throws: `AnalyzeFailure`, `FileFailure`, `DataFileFailure`, `HDF5Failure`, `ArchiveFailure`.
  init(_ argument: String, inputs: String) throws {
    if argument.lowercased().hasSuffix(".parquet") { throw AnalyzeFailure.parquet(path: argument) }
    if FileStatus(argument)?.kind == .folder {
      let title = URL(fileURLWithPath: argument).lastPathComponent
      (sides, path) = ([try Shards(argument).load(title: title)], nil)
    } else if let (file, member) = Self.archive(argument) {
      (sides, path) = (try Self.members(file, member, inputs), nil)
    } else {
      sides = try Self.sides(argument)
      // In a config it would stand for a variable.
      path =
        argument.contains("${") ? nil : argument.hasPrefix("/") ? argument : "\(Paths.current)/\(argument)"
    }
  }

  private static func sides(_ path: String) throws -> [GivenSide] {
    let loaded = try EmbeddingFile.loadAll(path)
    let titles = loaded.count == 2 ? ["x", "y"] : [stem(path)]
    return zip(loaded, titles).map { GivenSide(title: $1, matrix: $0.matrix, remark: $0.remark) }
  }

  /// `data/img_emb.npy` and `e.h5:/img` are `img_emb` and `img`.
  static func stem(_ path: String) -> String {
    let (file, member) = TensorFile.split(path)
    let name = URL(fileURLWithPath: member ?? file).lastPathComponent
    return member == nil ? (name as NSString).deletingPathExtension : name
  }

  // MARK: - Archives of NumPy

  private static func archive(_ argument: String) -> (file: String, member: String?)? {
    let ending = ".npz"
    if argument.lowercased().hasSuffix(ending) { return (argument, nil) }
    guard let found = argument.range(of: ending + ":", options: [.caseInsensitive, .backwards]) else {
      return nil
    }
    let file = argument[..<argument.index(before: found.upperBound)]
    return (String(file), String(argument[found.upperBound...]))
  }

  private static func members(_ file: String, _ member: String?, _ inputs: String) throws -> [GivenSide] {
    let archive = try ArrayArchive(file)
    let names = try chosen(archive, file, member)
    let folder = try OutputFolder(inputs)
    return try names.enumerated().map { place, name in
      let copy = "member-\(place).npy"
      try archive.copy(name, to: folder, as: copy)
      defer { try? folder.remove(copy) }
      let loaded = try EmbeddingFile.loadAll("\(inputs)/\(copy)")
      guard loaded.count == 1 else {
        throw AnalyzeFailure.noMember(path: file, name: nil, existing: archive.names)
      }
      return GivenSide(title: name, matrix: loaded[0].matrix, remark: loaded[0].remark)
    }
  }

  private static func chosen(_ archive: ArrayArchive, _ file: String, _ member: String?) throws -> [String] {
    if let member {
      guard archive.names.containsExactly(member) else {
        throw AnalyzeFailure.noMember(path: file, name: member, existing: archive.names)
      }
      return [member]
    }
    if archive.names.count == 1 { return archive.names }
    guard archive.names.contains("x"), archive.names.contains("y") else {
      throw AnalyzeFailure.noMember(path: file, name: nil, existing: archive.names)
    }
    return ["x", "y"]
  }
}

/// A folder of numbered `.npy` files of one name, as clip-retrieval writes them: `img_emb_0.npy`, `img_emb_1.npy`.
private struct Shards {
  let folder: String
  private let files: [String]

  private struct Shard {
    let name: String
    let prefix: String
    let number: Int
    let digits: Int
  }

  init(_ folder: String) throws {
    self.folder = folder
    let shards = try OutputFolder.names(in: folder).compactMap(Self.shard).sorted { $0.number < $1.number }
    guard let first = shards.first else { throw AnalyzeFailure.noShards(folder: folder) }
    let prefixes = Set(shards.map { ExactString($0.prefix) }).sorted().map(\.text)
    guard prefixes.count == 1 else {
      throw AnalyzeFailure.severalPrefixes(folder: folder, prefixes: prefixes)
    }
    for (place, shard) in shards.enumerated() {
      if place > 0, shard.number == shards[place - 1].number {
        throw AnalyzeFailure.sameShard(folder: folder, first: shards[place - 1].name, second: shard.name)
      }
      guard shard.number - first.number == place else {
        let missing = String(first.number + place)
        let zeros = String(repeating: "0", count: max(0, first.digits - missing.utf8.count))
        throw AnalyzeFailure.shardMissing(folder: folder, name: first.prefix + zeros + missing + ".npy")
      }
    }
    files = shards.map { "\(folder)/\($0.name)" }
  }

  private static func shard(_ name: String) -> Shard? {
    guard name.hasSuffix(".npy") else { return nil }
    let stem = name.dropLast(4)
    let digits = stem.reversed().prefix { $0.isASCII && $0.isNumber }.count
    guard digits > 0, let number = Int(stem.suffix(digits)) else { return nil }
    return Shard(name: name, prefix: String(stem.dropLast(digits)), number: number, digits: digits)
  }

  func load(title: String) throws -> GivenSide {
    var (values, rows, columns): ([Float], Int, Int?) = ([], 0, nil)
    var remarks: [String] = []
    for file in files {
      // One shard may have a single row.
      let tensor = try TensorFile.load(file)
      guard tensor.shape.count == 2, !tensor.isInteger else {
        throw DataFileFailure.wrongShape(
          path: file, shape: tensor.shape, expected: "(n, d), of floating-point numbers")
      }
      if let columns, columns != tensor.shape[1] {
        throw AnalyzeFailure.shardColumns(path: file, found: tensor.shape[1], expected: columns)
      }
      columns = tensor.shape[1]
      rows += tensor.shape[0]
      values += tensor.values
      remarks += [tensor.remark(on: file)].compactMap { $0 }
    }
    guard rows >= 2, let columns, columns > 0 else {
      throw DataFileFailure.wrongShape(
        path: folder, shape: [rows, columns ?? 0],
        expected: "at least 2 rows and 1 column in all shards together")
    }
    return GivenSide(
      title: title, matrix: Matrix(rows: rows, columns: columns, values: values),
      remark: remarks.isEmpty ? nil : remarks.joined(separator: " "))
  }
}
