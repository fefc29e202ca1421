import CEL
import Glibc
import TestSupport
import Testing

@testable import HostFacts

/// Our answer about made-up unit files against a really booted systemd's `systemctl show`, property by
/// property. `ORACLE_TREES` says over how many trees, `ORACLE_SEED` from which on.
@Suite(.enabled(if: geteuid() == 0, "booting a systemd needs root")) struct UnitOracleTests {
  static let batch = 250

  @Test func treesAreAsSystemdHasThem() throws {
    let environment = { (name: String) in
      unsafe getenv(name).map { unsafe String(cString: $0) }.flatMap { Int($0) }
    }
    let trees = environment("ORACLE_TREES") ?? 1000
    let first = environment("ORACLE_SEED") ?? 1
    let systemd: BootedSystemd
    do {
      systemd = try BootedSystemd()
    } catch let refusal as BootedSystemd.Refusal {
      try Test.cancel("\(refusal)")
    }
    var compared = 0
    var failures = 0
    for start in stride(from: 0, to: trees, by: Self.batch) {
      let batch = (start..<min(start + Self.batch, trees)).map { number in
        UnitTree(seed: UInt64(first + number), tag: "u\(first + number)")
      }
      let (count, differences) = try UnitComparison.compare(batch, with: systemd)
      compared += count
      for (tree, _) in differences where failures < 3 {
        failures += 1
        let small = try UnitComparison.shrink(tree, with: systemd)
        let (_, rest) = try UnitComparison.compare([small], with: systemd)
        Issue.record(
          "\(tree.tag):\n\(small)\n\(rest.flatMap(\.1).joined(separator: "\n"))")
      }
      if failures >= 3 { break }
    }
    print("units: \(trees) trees, \(compared) properties compared with systemctl show")
    #expect(failures == 0)
    #expect(compared > trees * 10)
  }

  /// The units of Debian's packages that `Tests/Oracle/fetch-corpus` fetched into `$ORACLE_CORPUS`.
  @Test func unitsOfPackagesAreAsSystemdHasThem() throws {
    guard let corpus = unsafe getenv("ORACLE_CORPUS").map({ unsafe String(cString: $0) }) else {
      try Test.cancel("$ORACLE_CORPUS names no directory of packages' files; 'make oracle' does")
    }
    let packages = try TextFile.read("\(corpus)/packages").split(separator: "\n")
      .filter { $0.hasSuffix(" has files") }
    #expect(packages.count >= 100)
    let systemd: BootedSystemd
    do {
      systemd = try BootedSystemd()
    } catch let refusal as BootedSystemd.Refusal {
      try Test.cancel("\(refusal)")
    }
    let copy = try Subprocess(
      program: "/bin/cp", arguments: ["-a", "\(corpus)/root/.", systemd.root]
    ).run()
    try #require(copy.status == 0, "\(copy.errors)")
    let assembly = UnitAssembly(
      UnitSearchPath.system, HostUnitFiles(HostRoot(systemd.root)), version: 252)
    let names = assembly.names().map { name in
      name.isTemplate ? name.with(instance: "one")?.text ?? name.text : name.text
    }
    let (count, found) = try UnitComparison.compare(
      [.init(names: names, tag: "")], with: systemd)
    let known = Self.knownDifferences()
    let differences = found.joined().filter { !known.contains("\($0.unit) \($0.property)") }
    print("units: \(names.count) of \(packages.count) packages, \(count) properties compared")
    #expect(differences.isEmpty, "\(differences.map(\.description).joined(separator: "\n"))")
  }

  /// `Tests/Oracle/units-known-differences.txt`: unit, property, why.
  private static func knownDifferences() -> Set<String> {
    let text =
      (try? TextFile.read("\(Checkout.root)/Tests/Oracle/units-known-differences.txt")) ?? ""
    return Set(
      text.split(separator: "\n").filter { !$0.hasPrefix("#") }.map { line in
        line.split(separator: " ").prefix(2).joined(separator: " ")
      })
  }
}
