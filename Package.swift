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
    .systemLibrary(name: "CArchive", pkgConfig: "libarchive", providers: [.apt(["libarchive-dev"])]),
    .target(name: "CImageCodecs", dependencies: ["CJPEG", "CPNG", "CWebP"]),
    .target(name: "CTiles"),
    .target(name: "CAllocator"),
    .target(name: "CChild"),

    // MARK: - What the engine and the stages agree on
    .target(name: "Declarations"),
    .target(name: "Statistics"),
    .target(name: "Execution", dependencies: ["Declarations"]),
    .target(name: "Kernels", dependencies: ["Declarations", "Execution", "COpenBLAS", "CTiles"]),
    .target(name: "Contracts", dependencies: ["Declarations", "Execution", "Kernels"]),

    // MARK: - Bytes on disk: the one target that opens files, but for HDF5's own
    .target(name: "Files", dependencies: ["Declarations", "Execution", "CCrypto", "CZlib"]),

    // MARK: - Other programs, and the files that one of them downloads
    .target(name: "Processes", dependencies: ["Declarations", "Execution", "Files", "CChild"]),
    .target(
      name: "DataCatalog", dependencies: ["Declarations", "Execution", "Files", "Processes", "CArchive"]),

    // MARK: - JSON → Experiment → Plan
    .target(name: "ExperimentConfig", dependencies: ["Declarations", "Files"]),
    .target(name: "ExperimentPlan", dependencies: ["Declarations", "ExperimentConfig", "Files"]),

    // MARK: - Plan → artefacts
    .target(
      name: "Runner",
      dependencies: [
        "Declarations", "Execution", "Kernels", "Contracts", "ExperimentConfig", "ExperimentPlan", "Stages",
        "Datasets", "Metrics", "Files", "HDF5", "Storage", "Claims", "Figures", "Regression",
        "Statistics", "CZlib",
      ]),
    .target(
      name: "Stages",
      dependencies: [
        "Declarations", "Execution", "Kernels", "Contracts", "Files", "Datasets", "Encoders", "Metrics",
        "Statistics",
      ]),
    .target(
      name: "Datasets",
      dependencies: [
        "Declarations", "Execution", "Kernels", "Contracts", "Files", "HDF5", "CImageCodecs", "CZlib",
      ]),
    .target(name: "Encoders", dependencies: ["Declarations", "Execution", "Kernels", "Contracts", "Files"]),
    .target(name: "Metrics", dependencies: ["Declarations", "Execution", "Kernels", "Contracts"]),

    // MARK: - Artefacts ↔ disk
    .target(name: "HDF5", dependencies: ["Declarations", "Execution", "Kernels", "Files", "CHDF5"]),
    .target(
      name: "Storage", dependencies: ["Declarations", "Execution", "Kernels", "Contracts", "Files", "HDF5"]),

    // MARK: - Tables → verdicts, pictures, reports
    .target(name: "Claims", dependencies: ["Declarations", "Contracts", "ExperimentConfig", "Statistics"]),
    .target(
      name: "Regression", dependencies: ["Declarations", "Statistics", "Kernels", "Contracts", "Files"]),
    // Its tests look inside it (@testable), in the one build that `make` and `make test` share.
    .target(
      name: "Figures",
      dependencies: [
        "Declarations", "Execution", "Kernels", "Contracts", "Files", "Processes", "ExperimentConfig",
        "Claims",
        "CZlib", "Statistics",
      ],
      swiftSettings: [.unsafeFlags(["-enable-testing"])]),

    // MARK: - The command line
    .executableTarget(
      name: "modgap",
      dependencies: [
        "Declarations", "Execution", "Kernels", "Contracts", "Files", "Processes", "DataCatalog",
        "ExperimentConfig", "ExperimentPlan", "Runner",
        "Stages", "Datasets", "Encoders", "Metrics", "HDF5", "Storage", "Claims", "Figures", "Regression",
        "Statistics", "CAllocator",
      ]),

    // MARK: - Tests
    .testTarget(name: "DeclarationsTests", dependencies: ["Declarations"]),
    .testTarget(name: "StatisticsTests", dependencies: ["Statistics"]),
    .testTarget(name: "ExecutionTests", dependencies: ["Execution", "Contracts"]),
    .testTarget(name: "KernelsTests", dependencies: ["Execution", "Kernels"]),
    .testTarget(
      name: "ContractsTests",
      dependencies: ["Declarations", "Execution", "Kernels", "Contracts", "TestSupport"]),
    .testTarget(
      name: "FilesTests", dependencies: ["Declarations", "Execution", "Files", "Contracts", "TestSupport"]),
    .testTarget(name: "ProcessesTests", dependencies: ["Declarations", "Execution", "Processes"]),
    .testTarget(
      name: "DataCatalogTests", dependencies: ["Declarations", "Files", "DataCatalog", "TestSupport"]),
    .testTarget(name: "MetricsTests", dependencies: ["Contracts", "Kernels", "Metrics", "TestSupport"]),
    .testTarget(
      name: "EncodersTests",
      dependencies: [
        "Declarations", "Execution", "Kernels", "Contracts", "Files", "Datasets", "Encoders",
        "AllocationCount", "TestSupport",
      ]),
    .testTarget(
      name: "StagesTests",
      dependencies: [
        "Declarations", "Execution", "Kernels", "Contracts", "Files", "Stages", "Datasets", "Encoders",
        "Metrics", "Statistics", "TestSupport",
      ]),
    .testTarget(name: "HDF5Tests", dependencies: ["Declarations", "HDF5", "CHDF5", "TestSupport"]),
    .testTarget(
      name: "StorageTests",
      dependencies: [
        "Declarations", "Execution", "Kernels", "Contracts", "Stages", "Datasets", "Files", "HDF5",
        "Storage", "TestSupport",
      ]),
    .testTarget(
      name: "DatasetsTests",
      dependencies: [
        "Declarations", "Kernels", "Contracts", "Files", "Datasets", "HDF5", "CZlib", "TestSupport",
      ]),
    .testTarget(
      name: "ExperimentConfigTests",
      dependencies: [
        "Declarations", "Kernels", "Contracts", "Files", "ExperimentConfig", "ExperimentPlan", "Stages",
        "Datasets", "ConfigSupport", "TestSupport",
      ], exclude: ["Corpus"]),
    .testTarget(
      name: "ExperimentPlanTests",
      dependencies: [
        "Declarations", "Contracts", "Files", "ExperimentConfig", "ExperimentPlan", "Datasets", "Encoders",
        "ConfigSupport",
      ]),
    .testTarget(
      name: "ClaimsTests",
      dependencies: [
        "Declarations", "Contracts", "ExperimentConfig", "Claims", "Statistics", "ClaimSupport",
      ]),
    .testTarget(
      name: "RegressionTests",
      dependencies: [
        "Declarations", "Statistics", "Kernels", "Contracts", "Files", "Metrics", "Regression", "TestSupport",
      ]),
    .testTarget(
      name: "FiguresTests",
      dependencies: [
        "Declarations", "Execution", "Contracts", "ExperimentConfig", "Stages", "Claims", "Figures", "CZlib",
        "Statistics", "ClaimSupport", "TestSupport",
      ]),
    .testTarget(
      name: "RunnerTests",
      dependencies: [
        "Declarations", "Execution", "Kernels", "Contracts", "ExperimentConfig", "ExperimentPlan", "Runner",
        "Stages", "Datasets", "Encoders", "Metrics", "Files", "HDF5", "Storage", "Claims", "Figures",
        "Regression", "modgap", "AllocationCount", "RunSupport", "TestSupport",
      ]),
    .testTarget(
      name: "ModgapTests",
      dependencies: [
        "Declarations", "Contracts", "ExperimentConfig", "Datasets", "DataCatalog", "Files", "Runner",
        "Storage", "modgap",
        "AllocationCount", "RunSupport",
      ]),
    .target(name: "AllocationCount", path: "Tests/AllocationCount"),
    .target(
      name: "TestSupport", dependencies: ["Declarations", "Execution", "Kernels", "Contracts"],
      path: "Tests/TestSupport"),
    .target(
      name: "ClaimSupport", dependencies: ["Declarations", "ExperimentConfig", "Stages", "Claims"],
      path: "Tests/ClaimSupport"),
    .target(
      name: "ConfigSupport",
      dependencies: [
        "Contracts", "ExperimentConfig", "ExperimentPlan", "Stages", "Datasets", "Claims", "Figures",
      ], path: "Tests/ConfigSupport"),
    // Not a test itself: it writes the pages that `make test-report` opens.
    .executableTarget(
      name: "AnalysisPages",
      dependencies: ["Declarations", "ExperimentConfig", "Figures", "Kernels", "Statistics"],
      path: "Tests/AnalysisPages"),
    .target(name: "RunSupport", dependencies: ["Files", "Runner"], path: "Tests/RunSupport"),
  ],
  swiftLanguageModes: [.v6]
)

// `make test TARGET=MetricsTests`: these tests alone, and of the targets only those that they need.
if let only = Context.environment["MODGAP_TEST_TARGET"], !only.isEmpty {
  package.targets.removeAll { $0.type == .test && $0.name != only }
}
