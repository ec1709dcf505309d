import CHDF5
import Foundation

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

  /// Gives what the file that `bytes` are holds. A child process takes it apart, so that bytes that somebody made
  /// to lead the library astray end the child and not the program.
  ///
  /// - Throws: `HDF5Failure` where they are no HDF5 file, or a damaged one; what `body` throws.
  package static func read<Result>(
    _ bytes: [UInt8], _ body: (HDF5StoredGroup) throws -> Result
  ) throws -> Result {
    // Values stand in the file as they are given here, so that they take no more than its bytes; each object has a
    // header of its own there, which is longer than that of an entry.
    let capacity = bytes.count * 2 + (1 << 20)
    let start = (MemoryLayout<modgap_h5_image>.size + 4095) / 4096 * 4096
    guard
      let memory = mmap(nil, start + capacity, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0),
      memory != MAP_FAILED
    else { throw failure(String(cString: strerror(errno))) }
    defer { munmap(memory, start + capacity) }
    let image = memory.bindMemory(to: modgap_h5_image.self, capacity: 1)
    image.pointee.entries = (memory + start).assumingMemoryBound(to: UInt8.self)
    image.pointee.capacity = UInt64(capacity)
    try bytes.withUnsafeBytes { try takeApart($0, into: image) }
    let used = image.pointee.used
    guard used <= UInt64(capacity),
      let contents = HDF5Contents(UnsafeRawBufferPointer(start: memory + start, count: Int(used)))
    else { throw failure("its contents cannot be listed") }
    return try body(HDF5StoredGroup(root: contents))
  }

  private static func takeApart(
    _ bytes: UnsafeRawBufferPointer, into image: UnsafeMutablePointer<modgap_h5_image>
  ) throws {
    image.pointee.image = bytes.baseAddress
    image.pointee.image_bytes = UInt64(bytes.count)
    let size = UInt64(bytes.count)
    let ending = try HDF5Library.exclusively {
      modgap_h5_take_apart(
        image, modgap_limits(memory: size * 2 + (1 << 28), seconds: 20 + size / 10_000_000))
    }
    if ending < 0 { throw failure(String(cString: strerror(-ending))) }
    if ending > 0 { throw failure("the HDF5 library stopped with signal \(ending) while it read it") }
    guard image.pointee.outcome == UInt32(MODGAP_H5_IMAGE_DONE) else {
      let message = withUnsafeBytes(of: &image.pointee.message) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      throw failure(message)
    }
  }

  private static func failure(_ detail: String) -> HDF5Failure {
    .library(doing: "read an HDF5 file of the store", detail: detail)
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
