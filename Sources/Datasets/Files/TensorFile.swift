import Contracts
import Execution
import Files
import Foundation
import HDF5

/// Arrays in files of any known format, chosen by the name's ending.
package enum TensorFile {
  package enum Format: String, Sendable, CaseIterable {
    case npy, hdf5, safetensors

    /// The format that a file's name says, or nil.
    package init?(file: String) {
      switch (file as NSString).pathExtension.lowercased() {
      case "npy": self = .npy
      case "h5", "hdf5": self = .hdf5
      case "safetensors": self = .safetensors
      default: return nil
      }
    }
  }

  /// Splits `file.h5:/dataset` into the file and the member behind the last colon that follows a known
  /// ending; a colon elsewhere belongs to the file's name, and so does every colon of a path that exists
  /// as it stands.
  package static func split(_ path: String) -> (file: String, member: String?) {
    if Format(file: path) != nil, Paths.exists(path) { return (path, nil) }
    for index in path.utf8.indices.reversed() where path.utf8[index] == UInt8(ascii: ":") {
      let file = String(decoding: path.utf8[..<index], as: UTF8.self)
      if Format(file: file) != nil {
        return (file, String(decoding: path.utf8[index...].dropFirst(), as: UTF8.self))
      }
    }
    return (path, nil)
  }

  /// Loads the array that `path` names, or the file's only one, whatever its rank.
  ///
  /// - Throws: `FileFailure`, `DataFileFailure`, `HDF5Failure`.
  package static func load(_ path: String) throws -> Tensor {
    let tensors = try loadAll(path)
    guard tensors.count == 1, let tensor = tensors.first else {
      throw DataFileFailure.memberMissing(path: path, existing: ["x", "y"])
    }
    return tensor
  }

  /// Loads the array that `path` names; or, where it names a file or a group, its only array or the two
  /// called `x` and `y`.
  static func loadAll(_ path: String) throws -> [Tensor] {
    let (file, member) = split(path)
    switch Format(file: file) {
    case .npy:
      if let member { throw DataFileFailure.needsNoMember(path: file, member: member) }
      return [try NPYFile.load(file)]
    case .safetensors: return try safetensors(file, member)
    case .hdf5: return try hdf5(file, member)
    case nil: throw DataFileFailure.unknownFormat(path: path)
    }
  }

  /// Refuses by its header a file whose arrays cannot be held in memory, before its bytes are read. Files of other
  /// formats, and files that are no arrays, pass.
  ///
  /// - Throws: `MemoryFailure`.
  package static func requireRoom(for path: String) throws {
    switch Format(file: path) {
    case .npy:
      do {
        try NPYFile.check(path)
      } catch let failure as MemoryFailure {
        throw failure
      } catch {
        // What else is wrong with it is said by who reads it.
      }
    case .safetensors:
      // Some of its tensors may be what is wanted.
      guard let file = try? SafetensorsFile(path),
        let smallest = file.entries.min(by: { $0.range.count < $1.range.count })
      else { return }
      do {
        _ = try CheckedShape(smallest.shape, width: 1, path: "\(path):\(smallest.name)")
      } catch let failure as MemoryFailure {
        throw failure
      } catch {
        // As above.
      }
    case .hdf5, nil: return
    }
  }

  private static func safetensors(_ path: String, _ member: String?) throws -> [Tensor] {
    let file = try SafetensorsFile(path)
    if let member { return [try file.load(member)] }
    return try choose(among: file.names, path).map(file.load)
  }

  /// - Throws: `FileFailure` where the path leads to something else, or cannot be read.
  package static func requireRegularFile(_ path: String) throws { _ = try InputFile(path) }

  /// All bytes of a regular file; nil where there are more than `most`.
  /// - Throws: `FileFailure`.
  package static func bytes(of path: String, atMost most: Int) throws -> [UInt8]? {
    let file = try InputFile(path)
    return file.size > most ? nil : try file.bytes(at: 0, count: file.size)
  }

  private static func hdf5(_ path: String, _ member: String?) throws -> [Tensor] {
    try requireRegularFile(path)
    let file = HDF5File(path)
    let description = try file.describe(member.flatMap { $0.isEmpty ? nil : $0 } ?? "/")
    if case .dataset(let dataset) = description.object { return [try load(dataset, of: file)] }
    let slash = UInt8(ascii: "/")
    let group = (member ?? "").utf8.split(separator: slash).map {
      String(decoding: $0, as: UTF8.self) + "/"
    }.joined()
    let inside = description.matrices.filter { $0.hasBytes(first: group) }
      .map { $0.droppingBytes(group.utf8.count) }
    let children = inside.filter { !$0.utf8.contains(slash) }
    let chosen = try choose(
      among: children.isEmpty ? inside : children, member.map { "\(path):\($0)" } ?? path)
    return try chosen.map { name in
      guard case .dataset(let dataset) = try file.describe("/" + group + name).object else {
        throw HDF5Failure.isGroup(path: path, name: group + name, existing: description.datasets)
      }
      return try load(dataset, of: file)
    }
  }

  /// The dataset of a name at the top of an HDF5 file, whatever the file's name ends in.
  ///
  /// - Throws: `FileFailure`, `HDF5Failure`.
  static func dataset(_ name: String, of path: String) throws -> Tensor {
    try requireRegularFile(path)
    let file = HDF5File(path)
    let description = try file.describe("/" + name)
    guard case .dataset(let dataset) = description.object else {
      throw HDF5Failure.isGroup(path: path, name: name, existing: description.datasets)
    }
    return try load(dataset, of: file)
  }

  private static func load(_ dataset: HDF5File.Dataset, of file: HDF5File) throws -> Tensor {
    try file.withFloats(of: dataset) { values, losses in
      Tensor(
        shape: dataset.shape, values: Array(values), isInteger: dataset.isInteger,
        isFloat16: dataset.isFloat16, vanished: losses.vanished, subnormal: losses.subnormal)
    }
  }

  /// The only name, or `x` and `y`.
  private static func choose(among names: [String], _ path: String) throws -> [String] {
    if names.count == 1 { return names }
    guard names.contains("x"), names.contains("y") else {
      throw DataFileFailure.memberMissing(path: path, existing: names.sortedByBytes())
    }
    return ["x", "y"]
  }
}
