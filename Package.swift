// swift-tools-version: 6.0
import PackageDescription

// Targets stand in the order of the data flow, so this file is the table of contents.

let package = Package(
  name: "modgap",
  products: [.executable(name: "modgap", targets: ["modgap"])],
  targets: [
    // MARK: - System libraries
    .systemLibrary(
      name: "COpenBLAS", pkgConfig: "openblas", providers: [.apt(["libopenblas-dev"])]),
    .systemLibrary(name: "CHDF5", pkgConfig: "hdf5", providers: [.apt(["libhdf5-dev"])]),
    .systemLibrary(name: "CCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
    .systemLibrary(name: "CPNG", pkgConfig: "libpng", providers: [.apt(["libpng-dev"])]),
    .systemLibrary(name: "CJPEG", pkgConfig: "libjpeg", providers: [.apt(["libjpeg62-turbo-dev"])]),
    .systemLibrary(name: "CWebP", pkgConfig: "libwebpdemux", providers: [.apt(["libwebp-dev"])]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .target(name: "CImageCodecs", dependencies: ["CPNG", "CJPEG", "CWebP"]),
    .target(name: "CTiles"),
    .target(name: "CAllocator"),
    .target(name: "CChild"),

    // MARK: - What the engine and the stages agree on
    .target(name: "Kernels", dependencies: ["COpenBLAS", "CTiles"]),
    .target(name: "Contracts", dependencies: ["Kernels"]),

    // MARK: - JSON → Experiment → Plan
    .target(name: "ExperimentConfig", dependencies: ["Contracts"]),
    .target(name: "ExperimentPlan", dependencies: ["ExperimentConfig", "Contracts", "Digests"]),

    // MARK: - Plan → artefacts
    .target(
      name: "Runner",
      dependencies: [
        "ExperimentPlan", "Stages", "Datasets", "Metrics", "Storage", "Claims", "Figures", "Digests", "HDF5",
        "CZlib",
      ]),
    .target(name: "Stages", dependencies: ["Contracts", "Metrics", "Encoders", "Datasets", "Kernels"]),
    .target(name: "Datasets", dependencies: ["Contracts", "Kernels", "HDF5", "CImageCodecs", "CZlib"]),
    .target(name: "Encoders", dependencies: ["Contracts", "Kernels"]),
    .target(name: "Metrics", dependencies: ["Kernels", "Contracts"]),

    // MARK: - Artefacts ↔ disk
    .target(name: "Digests", dependencies: ["CCrypto", "Contracts"]),
    .target(name: "HDF5", dependencies: ["CHDF5", "Contracts", "Kernels"]),
    .target(name: "Storage", dependencies: ["Contracts", "HDF5", "Digests", "Kernels"]),

    // MARK: - Tables → verdicts, pictures, reports
    .target(name: "Claims", dependencies: ["Contracts", "ExperimentConfig", "Kernels"]),
    // Its tests look inside it (@testable), in the one build that `make` and `make test` share.
    .target(
      name: "Figures",
      dependencies: ["Contracts", "ExperimentConfig", "Claims", "Kernels", "CZlib", "CChild"],
      swiftSettings: [.unsafeFlags(["-enable-testing"])]),

    // MARK: - The command line
    .executableTarget(
      name: "modgap",
      dependencies: [
        "Runner", "Stages", "Datasets", "Metrics", "Encoders", "Figures", "Claims", "Storage", "HDF5",
        "Kernels",
        "ExperimentConfig", "ExperimentPlan", "Contracts", "CAllocator",
      ]),

    // MARK: - Tests
    .testTarget(name: "KernelsTests", dependencies: ["Contracts", "Kernels"]),
    .testTarget(
      name: "EncodersTests",
      dependencies: ["Encoders", "Datasets", "Contracts", "Kernels", "TestSupport", "AllocationCount"]),
    .testTarget(
      name: "StagesTests",
      dependencies: ["Stages", "Metrics", "Encoders", "Datasets", "Contracts", "Kernels", "TestSupport"]),
    .testTarget(
      name: "StorageTests",
      dependencies: ["Storage", "Stages", "Datasets", "HDF5", "Digests", "Contracts", "TestSupport"]),
    .testTarget(
      name: "DatasetsTests", dependencies: ["Datasets", "Contracts", "Kernels", "TestSupport", "CZlib"]),
    .testTarget(
      name: "ConfigTests",
      dependencies: [
        "ExperimentConfig", "ExperimentPlan", "Stages", "Datasets", "Encoders", "Figures", "Claims",
        "Contracts", "TestSupport",
      ], exclude: ["Corpus"]),
    .testTarget(
      name: "FiguresTests",
      dependencies: ["Figures", "Claims", "Contracts", "Kernels", "Stages", "CZlib", "TestSupport"]),
    .testTarget(
      name: "RunnerTests",
      dependencies: [
        "Runner", "Stages", "Encoders", "Datasets", "Storage", "HDF5", "Claims", "Figures",
        "ExperimentConfig", "ExperimentPlan", "Contracts", "Digests", "Metrics", "Kernels", "TestSupport",
        "AllocationCount", "modgap",
      ]),
    .target(name: "AllocationCount", path: "Tests/AllocationCount"),
    .target(name: "TestSupport", dependencies: ["Contracts", "Kernels"], path: "Tests/TestSupport"),
  ],
  swiftLanguageModes: [.v6]
)
