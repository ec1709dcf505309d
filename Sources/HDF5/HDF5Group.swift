import CHDF5

/// A group of an open image. It lives only as long as the closure that it is given to.
package struct HDF5Group: HDF5Object {
  package let id: hid_t

  static func open<Result>(
    _ parent: hid_t, _ name: String, _ body: (HDF5Group) throws -> Result
  ) throws -> Result {
    let id = try HDF5Library.check(
      H5Gopen2(parent, name, modgap_h5_default()), "open the group `\(name)`")
    defer { H5Gclose(id) }
    return try body(HDF5Group(id: id))
  }

  /// Creates a group and gives it to `body`.
  package func group(_ name: String, _ body: (HDF5Group) throws -> Void) throws {
    let creation = try HDF5Library.check(
      H5Pcreate(modgap_h5_group_create()), "prepare the group `\(name)`")
    defer { H5Pclose(creation) }
    H5Pset_obj_track_times(creation, false)
    let group = try HDF5Library.check(
      H5Gcreate2(id, name, modgap_h5_default(), creation, modgap_h5_default()),
      "create the group `\(name)`")
    defer { H5Gclose(group) }
    try body(HDF5Group(id: group))
  }

  /// Makes `name` another way to reach `target`, a path from the root.
  package func link(_ name: String, to target: String) throws {
    _ = try HDF5Library.check(
      H5Lcreate_soft(target, id, name, modgap_h5_default(), modgap_h5_default()),
      "link `\(name)` to `\(target)`")
  }

  /// A link to an object of another file, whose path is relative to this file's folder.
  package func link(_ name: String, to target: String, in file: String) throws {
    _ = try HDF5Library.check(
      H5Lcreate_external(file, target, id, name, modgap_h5_default(), modgap_h5_default()),
      "link `\(name)` to `\(target)` of \(file)")
  }

  // MARK: - Writing

  /// Writes `values` in C order as little-endian float32 of this shape.
  package func write(
    _ name: String, _ values: UnsafeBufferPointer<Float>, shape: [Int],
    _ body: (HDF5Dataset) throws -> Void = { _ in }
  ) throws {
    try write(
      name, UnsafeRawBufferPointer(values), shape, modgap_h5_stored_float(), modgap_h5_native_float(), body)
  }

  package func write(
    _ name: String, _ values: [Double], shape: [Int], _ body: (HDF5Dataset) throws -> Void = { _ in }
  ) throws {
    try values.withUnsafeBytes {
      try write(name, $0, shape, modgap_h5_stored_double(), modgap_h5_native_double(), body)
    }
  }

  package func write(
    _ name: String, _ values: [Int], shape: [Int], _ body: (HDF5Dataset) throws -> Void = { _ in }
  ) throws {
    try values.map(Int64.init).withUnsafeBytes {
      try write(name, $0, shape, modgap_h5_stored_int64(), modgap_h5_native_int64(), body)
    }
  }

  /// Writes variable-length UTF-8 strings; the empty shape is a scalar. Text ends at a zero character.
  package func write(
    _ name: String, _ texts: [String], shape: [Int], _ body: (HDF5Dataset) throws -> Void = { _ in }
  ) throws {
    try HDF5Types.withPointers(to: texts) { try write(name, $0, shape, $1, $1, body) }
  }

  private func write(
    _ name: String, _ bytes: UnsafeRawBufferPointer, _ shape: [Int], _ stored: hid_t, _ native: hid_t,
    _ body: (HDF5Dataset) throws -> Void
  ) throws {
    let space = try HDF5Library.check(Self.space(shape), "describe the dataset `\(name)`")
    defer { H5Sclose(space) }
    let creation = try HDF5Library.check(
      H5Pcreate(modgap_h5_dataset_create()), "prepare the dataset `\(name)`")
    defer { H5Pclose(creation) }
    H5Pset_obj_track_times(creation, false)
    let dataset = try HDF5Library.check(
      H5Dcreate2(id, name, stored, space, modgap_h5_default(), creation, modgap_h5_default()),
      "create the dataset `\(name)`")
    defer { H5Dclose(dataset) }
    if !bytes.isEmpty {
      _ = try HDF5Library.check(
        H5Dwrite(
          dataset, native, modgap_h5_whole(), modgap_h5_whole(), modgap_h5_default(), bytes.baseAddress),
        "write the dataset `\(name)`")
    }
    try body(HDF5Dataset(id: dataset))
  }

  private static func space(_ shape: [Int]) -> hid_t {
    if shape.isEmpty { return H5Screate(H5S_SCALAR) }
    return H5Screate_simple(Int32(shape.count), shape.map { hsize_t($0) }, nil)
  }
}
