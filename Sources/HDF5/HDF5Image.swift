import CHDF5

/// HDF5 files as bytes in memory: made there, so that all writing to disk is done by one writer, and
/// read from there once their digest has been checked.
package enum HDF5Image {
  /// Makes a file through `body`, which fills the root group. The same calls give the same bytes.
  ///
  /// - Parameter expectedBytes: a guess of the final size, to save growing in small steps.
  package static func make(
    expectedBytes: Int = 1 << 16, _ body: (HDF5Group) throws -> Void
  ) throws -> [UInt8] {
    try HDF5Library.exclusively {
      let access = try coreAccess(step: max(1 << 16, expectedBytes / 4))
      defer { H5Pclose(access) }
      let creation = try HDF5Library.check(
        H5Pcreate(modgap_h5_file_create()), "prepare an HDF5 file")
      defer { H5Pclose(creation) }
      H5Pset_obj_track_times(creation, false)
      let file = try HDF5Library.check(
        H5Fcreate("image", modgap_h5_truncate(), creation, access), "create an HDF5 file in memory")
      defer { H5Fclose(file) }
      try HDF5Group.open(file, "/", body)
      return try bytes(of: file)
    }
  }

  /// Opens the file that `bytes` are. They must come from `make`: damaged bytes are not safe here.
  package static func read<Result>(
    _ bytes: [UInt8], _ body: (HDF5Group) throws -> Result
  ) throws -> Result {
    try HDF5Library.exclusively {
      let access = try coreAccess(step: 1 << 16)
      defer { H5Pclose(access) }
      try bytes.withUnsafeBytes { buffer in
        let pointer = UnsafeMutableRawPointer(mutating: buffer.baseAddress)
        _ = try HDF5Library.check(H5Pset_file_image(access, pointer, buffer.count), "open an HDF5 image")
      }
      let file = try HDF5Library.check(
        H5Fopen("image", modgap_h5_read_only(), access), "open an HDF5 image")
      defer { H5Fclose(file) }
      return try HDF5Group.open(file, "/", body)
    }
  }

  /// A file access list for memory alone.
  ///
  /// The oldest format is asked for: HDF5 1.10.8 gives images of newer ones with a wrong checksum of the
  /// superblock, which nothing can open.
  private static func coreAccess(step: Int) throws -> hid_t {
    let access = try HDF5Library.check(H5Pcreate(modgap_h5_file_access()), "prepare an HDF5 file")
    let isSet =
      H5Pset_fapl_core(access, step, false) >= 0
      && H5Pset_libver_bounds(access, H5F_LIBVER_EARLIEST, H5F_LIBVER_V110) >= 0
    if !isSet { H5Pclose(access) }
    _ = try HDF5Library.check(isSet ? 0 : -1, "keep an HDF5 file in memory")
    return access
  }

  private static func bytes(of file: hid_t) throws -> [UInt8] {
    _ = try HDF5Library.check(H5Fflush(file, H5F_SCOPE_GLOBAL), "finish an HDF5 file")
    let size = try HDF5Library.check(H5Fget_file_image(file, nil, 0), "measure an HDF5 file")
    return try [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
      count = try HDF5Library.check(
        H5Fget_file_image(file, buffer.baseAddress, buffer.count), "copy an HDF5 file")
    }
  }
}
