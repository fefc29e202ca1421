// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
  .strictMemorySafety(),
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

let package = Package(
  name: "sockwise",
  products: [
    .executable(name: "sockwise", targets: ["sockwise"])
  ],
  dependencies: [
    // Command line, help and completion; only the executable imports it.
    .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2")
  ],
  targets: [
    // The expression language of rules. Imports nothing.
    .target(name: "CEL", swiftSettings: settings),

    // Reads and writes JSON. Imports nothing: FoundationEssentials would add 7 MB.
    .target(name: "JSON", swiftSettings: settings),

    // System calls and kernel structures that the Glibc module does not show.
    .target(name: "CLinuxShims"),

    // Debian's libyaml-dev; linked statically, see `YAML`.
    .systemLibrary(name: "CYAML", providers: [.apt(["libyaml-dev"])]),

    // YAML with the place of each value: strict for files of ours, tolerant for those of others.
    .target(
      name: "YAML", dependencies: ["CYAML"], swiftSettings: settings,
      linkerSettings: [.linkedLibrary(":libyaml.a")]),

    // rules/*.yaml inside the binary: a generator that checks and compiles them, the plugin that
    // runs it, and its output.
    .executableTarget(
      name: "EmbedRules", dependencies: ["HostFacts", "Rules"], swiftSettings: settings),
    .plugin(
      name: "EmbedRulesPlugin", capability: .buildTool(), dependencies: ["EmbedRules"],
      path: "Sources/EmbedRulesPlugin"),
    .target(name: "RuleData", swiftSettings: settings, plugins: ["EmbedRulesPlugin"]),

    // What a host is: read once, three-state, each value with its origin.
    .target(
      name: "HostFacts", dependencies: ["CEL", "CLinuxShims", "JSON", "YAML"],
      swiftSettings: settings),

    // Rule files and their evaluation.
    .target(name: "Rules", dependencies: ["CEL", "YAML"], swiftSettings: settings),

    // What rules and topics say of the kernel, tried on the running one.
    .target(name: "Proofs", dependencies: ["CLinuxShims", "JSON"], swiftSettings: settings),

    // One report, several formats.
    .target(
      name: "Reports", dependencies: ["CEL", "JSON", "Proofs", "Rules"], swiftSettings: settings),

    .executableTarget(
      name: "sockwise",
      dependencies: [
        "CEL", "CLinuxShims", "HostFacts", "Proofs", "Reports", "RuleData", "Rules",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: settings),

    // For `make bench` alone.
    .executableTarget(
      name: "ParseProcNetTCP", dependencies: ["HostFacts"], path: "Benchmarks/ParseProcNetTCP",
      swiftSettings: settings),

    // Scratch network namespaces, real sockets and golden files for the tests below.
    .target(
      name: "TestSupport", dependencies: ["CLinuxShims", "CTestSupport"],
      path: "Tests/TestSupport", swiftSettings: settings),
    .target(name: "CTestSupport", path: "Tests/CTestSupport"),
    .testTarget(name: "CELTests", dependencies: ["CEL", "TestSupport"], swiftSettings: settings),
    .testTarget(name: "YAMLTests", dependencies: ["YAML"], swiftSettings: settings),
    .testTarget(name: "JSONTests", dependencies: ["JSON", "TestSupport"], swiftSettings: settings),
    .testTarget(
      name: "HostFactsTests", dependencies: ["CEL", "HostFacts", "TestSupport", "YAML"],
      swiftSettings: settings),
    .testTarget(
      name: "RulesTests", dependencies: ["CEL", "RuleData", "Rules", "TestSupport", "YAML"],
      swiftSettings: settings),
    .testTarget(
      name: "ProofsTests", dependencies: ["Proofs", "TestSupport"], swiftSettings: settings),
    .testTarget(
      name: "ReportsTests",
      dependencies: ["CEL", "JSON", "Proofs", "Reports", "Rules", "TestSupport"],
      swiftSettings: settings),
    // The man pages and the editors' schema of rules: what is in them comes from the code.
    .testTarget(
      name: "DocumentsTests",
      dependencies: [
        "CEL", "HostFacts", "Proofs", "Reports", "RuleData", "Rules", "TestSupport", "YAML",
        "sockwise",
      ],
      swiftSettings: settings),
    // Through the built binary, on the real kernel.
    .testTarget(
      name: "sockwiseTests",
      dependencies: [
        "HostFacts", "Reports", "Rules", "TestSupport", "sockwise",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: settings),
  ]
)

// Fuzz targets, see CONTRIBUTING.md. Only `make fuzz` sets the variable: they link with
// -sanitize=fuzzer alone.
if Context.environment["SOCKWISE_FUZZ"] != nil {
  package.targets += [
    .systemLibrary(name: "CFuzz", path: "Fuzz/CFuzz"),
    .executableTarget(
      name: "sockwise-fuzz",
      dependencies: [
        "CEL", "CFuzz", "HostFacts", "JSON", "Reports", "RuleData", "Rules", "YAML",
      ],
      path: "Fuzz/Targets", swiftSettings: settings),
  ]
}
