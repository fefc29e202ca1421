import FoundationEssentials
import TestSupport
import Testing

/// The README's way to see the journals of many hosts in one place, with Debian's
/// systemd-journal-upload and systemd-journal-remote.
@Suite(.needsNamespaces, .needsMounts)
struct JournalsInOnePlaceTests {
  private static let hasTools =
    ["lib/systemd/systemd-journal-remote", "lib/systemd/systemd-journal-upload"]
    .allSatisfy { DebianTools.path($0) != nil }

  /// One entry, as far as it is looked at.
  private struct Entry: Decodable {
    var host: String
    var machine: String
    var rule: String
    var subject: String

    enum CodingKeys: String, CodingKey {
      case host = "_HOSTNAME"
      case machine = "_MACHINE_ID"
      case rule = "SOCKWISE_RULE"
      case subject = "SOCKWISE_SUBJECT"
    }
  }

  private static func entries(_ directory: String, _ matches: String...) throws -> [Entry] {
    let journal = Subprocess(
      program: "/usr/bin/journalctl",
      arguments: [
        "-D", directory, "-o", "json", "--no-pager", "-t", "sockwise",
        "MESSAGE_ID=6585bdf050d1444da2fc3f204a5bf621",
      ] + matches)
    return try journal.run().output.split(separator: "\n").map {
      try JSONDecoder().decode(Entry.self, from: Data($0.utf8))
    }
  }

  @Test(.enabled(if: hasTools, "\(DebianTools.missing)"))
  func findingsOfTwoHostsAreToldApart() throws {
    let directory = try TemporaryDirectory()
    var hosts = Subprocess(
      program: "/usr/bin/unshare",
      arguments: [
        "--net", "--", "\(Checkout.root)/Tests/Monitoring/two-hosts", BuiltBinary.path,
        DebianTools.root, directory.path,
      ])
    hosts.environment = ["PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C.UTF-8"]
    let result = try hosts.run()
    try #require(result.status == 0, "\(result.errors)")

    let journal = directory.path("remote")
    let all = try Self.entries(journal, "SOCKWISE_RULE=listener-without-reuseaddr")
    #expect(Set(all.map(\.host)) == ["web1", "web2"])
    #expect(Set(all.map(\.machine)).count == 2)
    for (host, port) in [("web1", 8081), ("web2", 8082)] {
      let its = try Self.entries(
        journal, "SOCKWISE_RULE=listener-without-reuseaddr", "_HOSTNAME=\(host)")
      #expect(its.map(\.subject) == ["listener:tcp:127.0.0.1:\(port)"])
    }
  }
}
