import CHDF5
import Kernels

extension HDF5Group {
  /// Reads a float32 dataset of shape `(n, d)`.
  package func matrix(_ name: String) throws -> Matrix {
    try reading(name) { dataset, shape in
      guard shape.count == 2 else {
        throw HDF5Failure.library(doing: "read `\(name)`", detail: "it has \(shape.count) dimensions, not 2")
      }
      return try Matrix(rows: shape[0], columns: shape[1]) { buffer in
        try read(dataset, modgap_h5_native_float(), UnsafeMutableRawBufferPointer(buffer), name)
      }
    }
  }

  package func doubles(_ name: String) throws -> [Double] {
    try reading(name) { dataset, shape in
      try [Double](unsafeUninitializedCapacity: shape.reduce(1, *)) { buffer, count in
        try read(dataset, modgap_h5_native_double(), UnsafeMutableRawBufferPointer(buffer), name)
        count = shape.reduce(1, *)
      }
    }
  }

  /// Reads a scalar variable-length string.
  package func text(_ name: String) throws -> String {
    try reading(name) { dataset, _ in
      try HDF5Types.withText { type in
        var pointer: UnsafeMutablePointer<CChar>?
        _ = try HDF5Library.check(
          H5Dread(dataset, type, modgap_h5_whole(), modgap_h5_whole(), modgap_h5_default(), &pointer),
          "read `\(name)`")
        defer { H5free_memory(pointer) }
        guard let pointer else { return "" }
        guard let text = String(validatingCString: pointer) else {
          throw HDF5Failure.library(doing: "read `\(name)`", detail: "its text is not UTF-8")
        }
        return text
      }
    }
  }

  private func reading<Result>(
    _ name: String, _ body: (hid_t, [Int]) throws -> Result
  ) throws -> Result {
    let dataset = try HDF5Library.check(
      H5Dopen2(id, name, modgap_h5_default()), "open the dataset `\(name)`")
    defer { H5Dclose(dataset) }
    let space = try HDF5Library.check(H5Dget_space(dataset), "read the shape of `\(name)`")
    defer { H5Sclose(space) }
    let rank = try HDF5Library.check(H5Sget_simple_extent_ndims(space), "read the shape of `\(name)`")
    var shape = [hsize_t](repeating: 0, count: Int(rank))
    _ = try HDF5Library.check(
      H5Sget_simple_extent_dims(space, &shape, nil), "read the shape of `\(name)`")
    return try body(dataset, shape.map { Int(clamping: $0) })
  }

  private func read(
    _ dataset: hid_t, _ type: hid_t, _ buffer: UnsafeMutableRawBufferPointer, _ name: String
  ) throws {
    if buffer.isEmpty { return }
    _ = try HDF5Library.check(
      H5Dread(
        dataset, type, modgap_h5_whole(), modgap_h5_whole(), modgap_h5_default(), buffer.baseAddress),
      "read `\(name)`")
  }
}
