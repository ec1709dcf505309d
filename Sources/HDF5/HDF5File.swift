import CHDF5
import Declarations
import Files
import Foundation
import Kernels

/// An HDF5 file of unknown origin, read in child processes so that no damage in it can stop the
/// program.
package struct HDF5File: Sendable {
  package let path: String

  package init(_ path: String) { self.path = path }

  /// What a name stands for, and the datasets that the file has.
  package struct Description: Sendable {
    package enum Object: Sendable {
      case dataset(Dataset)
      case group
    }
    package let object: Object
    /// Paths of all datasets, without a leading slash.
    package let datasets: [String]
    /// Whether all of them are among `datasets`, and none was left out for its number.
    package let areAllListed: Bool
    /// Those among them that hold numbers in two or more dimensions.
    package let matrices: [String]
  }

  /// A dataset whose shape has been checked against the bytes of the file and the memory of the machine.
  package struct Dataset: Sendable {
    package let name: String
    package let shape: [Int]
    package let isInteger: Bool
    package let isFloat16: Bool
    /// Whether float32 may not hold all its values.
    package let isWide: Bool
    package let count: Int
  }

  /// Looks a name up; `/` stands for the whole file.
  ///
  /// - Parameter lists: whether all datasets are named, too, which takes time for each of them.
  /// - Throws: `HDF5Failure` where the file is no HDF5 file, is damaged, or has no such object; or the
  ///   object's values lie outside the file, are not numbers, or do not fit into memory.
  package func describe(_ name: String, lists: Bool = true) throws -> Description {
    try Report.with(path, name, sharing: 0) { report in
      if !lists { report.pointer.pointee.names_capacity = 0 }
      try report.run("inspect", memory: 1 << 30, seconds: 20, modgap_h5_inspect)
      let object: Description.Object
      switch Int(report.pointer.pointee.outcome) {
      case MODGAP_H5_GROUP: object = .group
      case MODGAP_H5_DATASET: object = .dataset(try report.dataset(fileBytes: try fileBytes()))
      default: throw report.failure
      }
      let names = report.names
      return Description(
        object: object, datasets: names.all, areAllListed: report.pointer.pointee.names_truncated == 0,
        matrices: names.matrices)
    }
  }

  /// What numbers of 64 bits lost because float32 holds none as small.
  package struct Losses: Sendable {
    /// Places of those that, though not zero, became zero.
    package let vanished: [Int]
    /// How many lost digits.
    package let subnormal: Int
  }

  /// Gives the dataset's values as float32 in C order, and what they lost; float16,
  /// float64 and integers are converted.
  /// - Throws: `HDF5Failure.beyondFloat32` where a finite number would become infinite.
  package func withFloats<Result>(
    of dataset: Dataset, _ body: (UnsafeBufferPointer<Float>, Losses) throws -> Result
  ) throws -> Result {
    try Report.with(path, dataset.name, sharing: dataset.count) { report in
      let bytes = UInt64(dataset.count) * 4
      try report.run(
        "read", memory: min(UInt64(ProcessInfo.processInfo.physicalMemory), bytes * 8 + (1 << 30)),
        seconds: 60 + bytes / 1_000_000,
        modgap_h5_read)
      guard Int(report.pointer.pointee.outcome) == MODGAP_H5_READ else { throw report.failure }
      if report.pointer.pointee.beyond != 0 {
        throw HDF5Failure.beyondFloat32(
          path: path, dataset: dataset.name, index: Int(clamping: report.pointer.pointee.beyond - 1),
          value: report.pointer.pointee.beyond_value)
      }
      let values = UnsafeMutableBufferPointer(start: report.pointer.pointee.values, count: dataset.count)
      var vanished: [Int] = []
      if report.pointer.pointee.vanished != 0 {
        vanished = values.indices.filter { values[$0].bitPattern == UInt32(MODGAP_H5_VANISHED) }
        for index in vanished { values[index] = 0 }
      }
      return try body(
        UnsafeBufferPointer(values),
        Losses(vanished: vanished, subnormal: Int(clamping: report.pointer.pointee.subnormal)))
    }
  }

  /// The dataset's values as doubles in C order; integers beyond 2⁵³ are the nearest doubles.
  package func doubles(of dataset: Dataset) throws -> [Double] {
    try Report.with(path, dataset.name, sharing: 2 * dataset.count) { report in
      report.pointer.pointee.count = UInt64(dataset.count)
      let bytes = UInt64(dataset.count) * 8
      try report.run(
        "read", memory: min(UInt64(ProcessInfo.processInfo.physicalMemory), bytes * 4 + (1 << 30)),
        seconds: 60 + bytes / 1_000_000, modgap_h5_read_doubles)
      guard Int(report.pointer.pointee.outcome) == MODGAP_H5_READ else { throw report.failure }
      let source = UnsafeRawBufferPointer(start: report.pointer.pointee.values, count: 8 * dataset.count)
      return [Double](unsafeUninitializedCapacity: dataset.count) { buffer, count in
        UnsafeMutableRawBufferPointer(UnsafeMutableBufferPointer(rebasing: buffer[0..<dataset.count]))
          .copyMemory(from: source)
        count = dataset.count
      }
    }
  }

  private func fileBytes() throws -> UInt64 {
    UInt64(clamping: try FileStatus(of: path).size)
  }
}
