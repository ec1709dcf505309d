import CHDF5

/// Which HDF5 library the program runs with.
package enum HDF5Version {
  /// `1.10.8`.
  package static let text: String = {
    var (major, minor, release): (UInt32, UInt32, UInt32) = (0, 0, 0)
    let status = try? HDF5Library.exclusively { H5get_libversion(&major, &minor, &release) }
    return (status ?? -1) >= 0 ? "\(major).\(minor).\(release)" : "unknown"
  }()
}
