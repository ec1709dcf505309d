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
    .target(name: "CImageCodecs", dependencies: ["CJPEG", "CPNG", "CWebP"]),
    .target(name: "CTiles"),
    .target(name: "CAllocator"),
    .target(name: "CChild"),

    // MARK: - What the engine and the stages agree on
    .target(name: "Declarations"),
    .target(name: "Execution", dependencies: ["Declarations"]),
    .target(name: "Kernels", dependencies: ["Declarations", "Execution", "COpenBLAS", "CTiles"]),
    .target(name: "Contracts", dependencies: ["Declarations", "Execution", "Kernels"]),

    // MARK: - JSON → Experiment → Plan
    .target(name: "ExperimentConfig", dependencies: ["Declarations"]),
    .target(name: "ExperimentPlan", dependencies: ["Declarations", "ExperimentConfig", "Digests"]),

    // MARK: - Plan → artefacts
    .target(
      name: "Runner",
      dependencies: [
        "Declarations", "Execution", "Kernels", "Contracts", "ExperimentConfig", "ExperimentPlan", "Stages",
        "Datasets", "Metrics", "Digests", "HDF5", "Storage", "Claims", "Figures", "CZlib",
      ]),
    .target(
      name: "Stages",
      dependencies: ["Declarations", "Execution", "Kernels", "Contracts", "Datasets", "Encoders", "Metrics"]),
    .target(
      name: "Datasets",
      dependencies: ["Declarations", "Execution", "Kernels", "Contracts", "HDF5", "CImageCodecs", "CZlib"]),
    .target(name: "Encoders", dependencies: ["Declarations", "Execution", "Kernels", "Contracts"]),
    .target(name: "Metrics", dependencies: ["Declarations", "Execution", "Kernels", "Contracts"]),

    // MARK: - Artefacts ↔ disk
    .target(name: "Digests", dependencies: ["Declarations", "Execution", "CCrypto"]),
    .target(name: "HDF5", dependencies: ["Declarations", "Execution", "Kernels", "CHDF5"]),
    .target(
      name: "Storage", dependencies: ["Declarations", "Execution", "Kernels", "Contracts", "Digests", "HDF5"]),

    // MARK: - Tables → verdicts, pictures, reports
    .target(name: "Claims", dependencies: ["Declarations", "Contracts", "ExperimentConfig"]),
    // Its tests look inside it (@testable), in the one build that `make` and `make test` share.
    .target(
      name: "Figures",
      dependencies: [
        "Declarations", "Execution", "Kernels", "Contracts", "ExperimentConfig", "Claims", "CChild", "CZlib",
      ],
      swiftSettings: [.unsafeFlags(["-enable-testing"])]),

    // MARK: - The command line
    .executableTarget(
      name: "modgap",
      dependencies: [
        "Declarations", "Execution", "Kernels", "Contracts", "ExperimentConfig", "ExperimentPlan", "Runner",
        "Stages", "Datasets", "Encoders", "Metrics", "HDF5", "Storage", "Claims", "Figures", "CAllocator",
      ]),

    // MARK: - Tests
    .testTarget(name: "KernelsTests", dependencies: ["Execution", "Kernels", "Contracts"]),
    .testTarget(name: "MetricsTests", dependencies: ["Kernels", "Metrics", "TestSupport"]),
    .testTarget(
      name: "EncodersTests",
      dependencies: [
        "Declarations", "Execution", "Kernels", "Contracts", "Datasets", "Encoders", "AllocationCount",
        "TestSupport",
      ]),
    .testTarget(
      name: "StagesTests",
      dependencies: [
        "Declarations", "Execution", "Kernels", "Contracts", "Stages", "Datasets", "Encoders", "Metrics",
        "TestSupport",
      ]),
    .testTarget(
      name: "StorageTests",
      dependencies: [
        "Declarations", "Execution", "Kernels", "Contracts", "Stages", "Datasets", "Digests", "HDF5",
        "Storage", "CHDF5", "TestSupport",
      ]),
    .testTarget(
      name: "DatasetsTests",
      dependencies: ["Declarations", "Kernels", "Contracts", "Datasets", "CZlib", "TestSupport"]),
    .testTarget(
      name: "ConfigTests",
      dependencies: [
        "Declarations", "Kernels", "Contracts", "ExperimentConfig", "ExperimentPlan", "Stages", "Datasets",
        "Encoders", "Digests", "Claims", "Figures", "TestSupport",
      ], exclude: ["Corpus"]),
    .testTarget(
      name: "FiguresTests",
      dependencies: [
        "Declarations", "Execution", "Contracts", "ExperimentConfig", "Stages", "Claims", "Figures", "CZlib",
        "TestSupport",
      ]),
    .testTarget(
      name: "RunnerTests",
      dependencies: [
        "Declarations", "Execution", "Kernels", "Contracts", "ExperimentConfig", "ExperimentPlan", "Runner",
        "Stages", "Datasets", "Encoders", "Metrics", "Digests", "HDF5", "Storage", "Claims", "Figures",
        "modgap", "AllocationCount", "TestSupport",
      ]),
    .target(name: "AllocationCount", path: "Tests/AllocationCount"),
    .target(
      name: "TestSupport", dependencies: ["Execution", "Kernels", "Contracts"], path: "Tests/TestSupport"),
  ],
  swiftLanguageModes: [.v6]
)
