import Glibc
import TestSupport
import Testing

@testable import HostFacts

/// Sockwise against the programs themselves. `make oracle` sets how many trees.
@Suite(
  .enabled(
    if: SysctlOracle.whyMissing == nil,
    "\(SysctlOracle.whyMissing ?? "the real programs can be asked")"))
struct SysctlOracleTests {
  /// How many trees, and from which seed.
  private static let count = number("ORACLE_TREES") ?? 1000
  private static let seed = UInt64(number("ORACLE_SEED") ?? 1)

  private static func number(_ name: String) -> Int? {
    unsafe getenv(name).flatMap { Int(unsafe String(cString: $0)) }
  }

  @Test func randomTreesGiveTheSameValues() throws {
    var generator = SeededGenerator(seed: Self.seed)
    var assigned = 0
    for start in stride(from: 0, to: Self.count, by: 250) {
      let trees = (start..<min(start + 250, Self.count)).map { _ in SysctlTree(&generator) }
      let outcome = try differences(trees)
      assigned += outcome.assigned
      guard let index = outcome.differences.firstIndex(where: { $0 != nil }) else { continue }
      let (tree, difference) = try shrunk(trees[index], outcome.differences[index] ?? "")
      Issue.record("tree \(start + index) of seed \(Self.seed): \(difference)\n\(tree)")
      return
    }
    // Trees that assign nothing would agree too.
    #expect(assigned > 2 * Self.count)
  }

  /// Of each tree, where the answers differ; and how many values the programs wrote.
  private func differences(_ trees: [SysctlTree]) throws
    -> (differences: [String?], assigned: Int)
  {
    let directory = try TemporaryDirectory()
    let paths = trees.indices.map { directory.path("\($0)") }
    for (tree, path) in zip(trees, paths) { try tree.write(to: path) }
    let answers = try SysctlOracle.ask(paths, keys: SysctlTree.keys)
    return (
      zip(paths, answers).map { SysctlOracle.difference($0, $1, keys: SysctlTree.keys) },
      answers.reduce(0) { $0 + $1.values.reduce(0) { $0 + $1.count } }
    )
  }

  /// The smallest tree that still differs, one thing taken away at a time.
  private func shrunk(_ tree: SysctlTree, _ difference: String) throws -> (SysctlTree, String) {
    var (tree, difference) = (tree, difference)
    while true {
      let smaller = tree.smaller
      if smaller.isEmpty { return (tree, difference) }
      let found = try differences(smaller).differences
      guard let index = found.firstIndex(where: { $0 != nil }) else { return (tree, difference) }
      (tree, difference) = (smaller[index], found[index] ?? "")
    }
  }
}

/// The files of sysctl.d that distributions ship: those of the packages that `make oracle` fetches.
@Suite(
  .enabled(
    if: SysctlOracle.whyMissing == nil && SysctlCorpus.directory != nil,
    "needs root, the real programs, and packages: 'make oracle' fetches them"))
struct SysctlCorpusTests {
  @Test func packagesGiveTheSameValues() throws {
    #expect(SysctlCorpus.packageCount >= 100)
    let tree = "\(SysctlCorpus.directory ?? "")/root"
    let keys = Set(SysctlCorpus.keys(tree)).sorted()
    try #require(!keys.isEmpty)
    let answers = try SysctlOracle.ask([tree], keys: keys)
    let difference = SysctlOracle.difference(tree, answers[0], keys: keys)
    #expect(difference == nil)
    #expect(answers[0][.systemd]?.isEmpty == false)
  }
}

/// Where the packages' files are: those of all below `root`, and in `packages` what became of each.
enum SysctlCorpus {
  static let directory: String? = unsafe getenv("ORACLE_CORPUS").map { unsafe String(cString: $0) }

  /// How many were fetched.
  static var packageCount: Int {
    guard let directory, let list = try? TextFile.read("\(directory)/packages") else { return 0 }
    return list.split(separator: "\n").count { !$0.hasSuffix(" is not to be had") }
  }

  /// The keys that the files of a tree name.
  static func keys(_ tree: String) -> [String] {
    SysctlSources(of: HostRoot(tree), dialect: .procps).files.flatMap { file -> [String] in
      guard case .bytes(let bytes) = file.content else { return [] }
      return SysctlFileText(bytes, path: file.path, dialect: .systemd).statements
        .filter { $0.key.mayExist && !$0.key.isPattern && !$0.key.hasParent }
        .compactMap { String(validating: $0.key.path, as: UTF8.self) }
    }
  }
}
