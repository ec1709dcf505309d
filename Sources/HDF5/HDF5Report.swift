import CHDF5
import Declarations
import Execution
import Foundation

/// The memory that the child which reads a file shares with the program, and the verdict on what the
/// child found.
struct Report {
  let path: String
  let name: String
  let pointer: UnsafeMutablePointer<modgap_h5_report>

  private static let namesStart = (MemoryLayout<modgap_h5_report>.size + 4095) / 4096 * 4096
  private static let namesCapacity = 1 << 20

  /// Maps a report, with room for `count` floats behind it, for the time of `body`.
  static func with<Result>(
    _ path: String, _ name: String, sharing count: Int, _ body: (Report) throws -> Result
  ) throws -> Result {
    let size = namesStart + namesCapacity + count * MemoryLayout<Float>.stride
    guard
      let memory = mmap(nil, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0),
      memory != MAP_FAILED
    else { throw FileFailure(.read, path, code: errno) }
    defer { munmap(memory, size) }
    let report = memory.bindMemory(to: modgap_h5_report.self, capacity: 1)
    report.pointee.names = (memory + namesStart).bindMemory(to: CChar.self, capacity: namesCapacity)
    report.pointee.names_capacity = UInt32(namesCapacity)
    report.pointee.values = (memory + namesStart + namesCapacity).bindMemory(to: Float.self, capacity: count)
    report.pointee.count = UInt64(count)
    return try HDF5Library.exclusively {
      try path.withCString { cPath in
        try name.withCString { cName in
          report.pointee.path = cPath
          report.pointee.object = cName
          return try body(Report(path: path, name: name, pointer: report))
        }
      }
    }
  }

  /// Runs a task in a child; a child that does not end by itself means a damaged file.
  func run(
    _ what: String, memory: UInt64, seconds: UInt64,
    _ task: (UnsafeMutablePointer<modgap_h5_report>?, modgap_limits) -> Int32
  ) throws {
    let ending = task(pointer, modgap_limits(memory: memory, seconds: seconds))
    if ending < 0 { throw FileFailure(.read, path, code: -ending) }
    if ending > 0 {
      let detail = "the HDF5 library stopped with signal \(ending) while it tried to \(what) it"
      throw HDF5Failure.damaged(path: path, dataset: nil, detail: detail)
    }
  }

  /// The dataset as the child describes it, or why it cannot be read safely.
  ///
  /// Half the memory is the limit, for the shared copy and the program's own exist at once.
  func dataset(fileBytes: UInt64) throws -> HDF5File.Dataset {
    let found = pointer.pointee
    let shape = self.shape
    guard Int(found.number) != MODGAP_H5_OTHER, found.item_bytes > 0, found.item_bytes <= 16 else {
      throw HDF5Failure.notNumbers(path: path, dataset: name)
    }
    if found.is_elsewhere != 0 { throw HDF5Failure.storedElsewhere(path: path, dataset: name) }
    let limit = UInt64(ProcessMemory.tightest.left / 2)
    let tooLarge = HDF5Failure.tooLarge(path: path, dataset: name, shape: shape, most: limit)
    guard let bytes = Self.product(shape, times: max(4, found.item_bytes)), bytes <= limit,
      let count = Self.product(shape, times: 1), shape.allSatisfy({ $0 <= UInt64(Int.max) })
    else { throw tooLarge }
    guard found.is_chunked == 0 || found.chunk_bytes <= limit else { throw tooLarge }
    guard isInside(fileBytes: fileBytes) else {
      let held = min(found.storage, fileBytes)
      throw HDF5Failure.shapeBeyondFile(path: path, dataset: name, shape: shape, bytes: held)
    }
    return HDF5File.Dataset(
      name: name, shape: shape.map { Int($0) }, isInteger: Int(found.number) == MODGAP_H5_INTEGER,
      isFloat16: Int(found.number) == MODGAP_H5_REAL && found.item_bytes == 2,
      isWide: found.item_bytes > (Int(found.number) == MODGAP_H5_INTEGER ? 2 : 4),
      count: Int(count))
  }

  /// Whether the file has the bytes for the shape: all of them, or, where chunks may be compressed, the
  /// thousandth part that deflate can reach.
  private func isInside(fileBytes: UInt64) -> Bool {
    let found = pointer.pointee
    guard let bytes = Self.product(shape, times: found.item_bytes) else { return false }
    if bytes == 0 { return true }
    if found.is_chunked != 0 { return found.storage <= fileBytes && bytes / 1040 <= found.storage }
    let (end, overflow) = found.offset.addingReportingOverflow(found.storage)
    return found.storage >= bytes && !overflow && end <= fileBytes
  }

  private static func product(_ shape: [UInt64], times factor: UInt64) -> UInt64? {
    shape.contains(0)
      ? 0
      : shape.reduce(Optional(factor)) { total, side in
        guard let (product, overflow) = total?.multipliedReportingOverflow(by: side), !overflow else {
          return nil
        }
        return product
      }
  }

  private var shape: [UInt64] {
    withUnsafeBytes(of: &pointer.pointee.dims) { bytes in
      Array(bytes.bindMemory(to: UInt64.self).prefix(Int(max(0, pointer.pointee.rank))))
    }
  }

  var names: (all: [String], matrices: [String]) {
    let length = min(Int(pointer.pointee.names_bytes), Self.namesCapacity)
    let bytes = UnsafeRawBufferPointer(start: pointer.pointee.names, count: length)
    let entries = bytes.split(separator: 0)
    func names(_ entries: [Slice<UnsafeRawBufferPointer>]) -> [String] {
      entries.map { String(decoding: $0.dropFirst(), as: UTF8.self) }
    }
    return (names(entries), names(entries.filter { $0.first == UInt8(ascii: "*") }))
  }

  var failure: HDF5Failure {
    let names = self.names
    switch Int(pointer.pointee.outcome) {
    case MODGAP_H5_NOT_HDF5: return .notHDF5(path: path)
    case MODGAP_H5_ELSEWHERE: return .storedElsewhere(path: path, dataset: name)
    case MODGAP_H5_MISSING:
      return .noSuchObject(
        path: path, name: name, existing: names.matrices.isEmpty ? names.all : names.matrices)
    default: return .damaged(path: path, dataset: name, detail: message)
    }
  }

  private var message: String {
    let text = withUnsafeBytes(of: &pointer.pointee.message) { bytes in
      String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
    return text.isEmpty ? "the HDF5 library gave no reason" : text
  }
}
