import CHDF5

/// A group or a dataset of an open image; both carry attributes.
package protocol HDF5Object {
  var id: hid_t { get }
}

extension HDF5Object {
  /// Attaches a variable-length UTF-8 string.
  package func setAttribute(_ name: String, _ text: String) throws {
    try HDF5Types.withText { type in
      try setAttribute(name, type: type) { attribute in
        text.withCString { pointer in
          withUnsafePointer(to: pointer) { H5Awrite(attribute, type, $0) }
        }
      }
    }
  }

  package func setAttribute(_ name: String, _ number: Int) throws {
    try setAttribute(name, type: modgap_h5_stored_int64()) { attribute in
      withUnsafePointer(to: Int64(number)) { H5Awrite(attribute, modgap_h5_native_int64(), $0) }
    }
  }

  package func setAttribute(_ name: String, _ number: Double) throws {
    try setAttribute(name, type: modgap_h5_stored_double()) { attribute in
      withUnsafePointer(to: number) { H5Awrite(attribute, modgap_h5_native_double(), $0) }
    }
  }

  /// Attaches a boolean as h5py and anndata write it: an enumeration of FALSE and TRUE.
  package func setAttribute(_ name: String, _ flag: Bool) throws {
    let type = try HDF5Library.check(modgap_h5_boolean_type(), "make a boolean type")
    defer { H5Tclose(type) }
    try setAttribute(name, type: type) { attribute in
      withUnsafePointer(to: Int8(flag ? 1 : 0)) { H5Awrite(attribute, type, $0) }
    }
  }

  /// Attaches a list of variable-length UTF-8 strings.
  package func setAttribute(_ name: String, _ texts: [String]) throws {
    try HDF5Types.withPointers(to: texts) { pointers, type in
      try setAttribute(name, type: type, count: texts.count) { H5Awrite($0, type, pointers.baseAddress) }
    }
  }

  /// Says what the element is, the way anndata does, so that readers need no convention of ours.
  package func setEncoding(_ type: String, _ version: String) throws {
    try setAttribute("encoding-type", type)
    try setAttribute("encoding-version", version)
  }

  /// - Parameter count: the length of a list; nil for a single value.
  private func setAttribute(
    _ name: String, type: hid_t, count: Int? = nil, _ write: (hid_t) -> herr_t
  ) throws {
    let made = count.map { H5Screate_simple(1, [hsize_t($0)], nil) } ?? H5Screate(H5S_SCALAR)
    let space = try HDF5Library.check(made, "describe the attribute `\(name)`")
    defer { H5Sclose(space) }
    let attribute = try HDF5Library.check(
      H5Acreate2(id, name, type, space, modgap_h5_default(), modgap_h5_default()),
      "create the attribute `\(name)`")
    defer { H5Aclose(attribute) }
    _ = try HDF5Library.check(write(attribute), "write the attribute `\(name)`")
  }
}

enum HDF5Types {
  /// The variable-length UTF-8 string type, for the time of `body`.
  static func withText<Result>(_ body: (hid_t) throws -> Result) throws -> Result {
    let type = try HDF5Library.check(modgap_h5_text_type(), "make a string type")
    defer { H5Tclose(type) }
    return try body(type)
  }

  /// The texts as the library takes them, with their type. Text ends at a zero character.
  static func withPointers<Result>(
    to texts: [String], _ body: (UnsafeRawBufferPointer, hid_t) throws -> Result
  ) throws -> Result {
    var storage: [CChar] = []
    let starts = texts.map { text in
      defer { storage += text.utf8CString }
      return storage.count
    }
    return try withText { type in
      try storage.withUnsafeBufferPointer { buffer in
        let pointers = starts.map { start in buffer.baseAddress.map { $0 + start } }
        return try pointers.withUnsafeBytes { try body($0, type) }
      }
    }
  }
}

/// A dataset of an open image.
package struct HDF5Dataset: HDF5Object {
  package let id: hid_t

  /// Makes this a dimension scale, which others attach to their axes.
  package func becomeScale(_ name: String) throws {
    _ = try HDF5Library.check(H5DSset_scale(id, name), "make the dimension scale `\(name)`")
  }

  /// Labels an axis and attaches a scale to it.
  package func attach(_ scale: HDF5Dataset, axis: Int, label: String) throws {
    _ = try HDF5Library.check(
      H5DSattach_scale(id, scale.id, UInt32(axis)), "attach the dimension scale `\(label)`")
    _ = try HDF5Library.check(H5DSset_label(id, UInt32(axis), label), "label the axis `\(label)`")
  }
}
