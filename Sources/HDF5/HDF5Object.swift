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

  /// Says what the element is, the way anndata does, so that readers need no convention of ours.
  package func setEncoding(_ type: String, _ version: String) throws {
    try setAttribute("encoding-type", type)
    try setAttribute("encoding-version", version)
  }

  private func setAttribute(_ name: String, type: hid_t, _ write: (hid_t) -> herr_t) throws {
    let space = try HDF5Library.check(H5Screate(H5S_SCALAR), "describe the attribute `\(name)`")
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
