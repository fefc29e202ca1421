import Glibc
import TestSupport
import Testing

/// A repository has files of many hosts: what two of them set together is true of neither.
@Suite struct ReviewPlacesTests {
  private static let withoutTimestamps = "net.ipv4.tcp_timestamps = 0\n"
  private static let reuse = "net.ipv4.tcp_tw_reuse = 1\n"

  /// `rule subject` of each finding of tcp_tw_reuse without timestamps, and of timestamps alone.
  private static func findings(_ files: [String: String]) throws -> [String] {
    let repository = try ReviewTests.repository(files.merging([".git/HEAD": ""]) { $1 })
    let result = try ReviewTests.review(["--format", "json"], in: repository.path)
    let report = try ParsedJSON(Array(result.output.utf8))
    return try #require(report["findings"]?.elements).compactMap { finding in
      let rule = try #require(finding["rule"]?.string)
      guard rule == "tw-reuse-without-timestamps" || rule == "timestamps-disabled" else {
        return nil
      }
      return "\(rule) \(try #require(finding["subject"]?.string))"
    }
  }

  @Test func twoHostsAreNotOne() throws {
    let found = try Self.findings([
      "hosts/web/etc/sysctl.d/a.conf": Self.withoutTimestamps,
      "hosts/db/etc/sysctl.d/b.conf": Self.reuse,
    ])
    #expect(found == ["timestamps-disabled hosts/web/sysctl:net.ipv4.tcp_timestamps"])
  }

  @Test func eachHostHasItsFinding() throws {
    let both = Self.withoutTimestamps + Self.reuse
    let found = try Self.findings([
      "etc/sysctl.d/a.conf": both, "roles/web/files/sysctl.d/b.conf": both,
    ])
    #expect(
      found == [
        "tw-reuse-without-timestamps roles/web/sysctl:net.ipv4.tcp_timestamps",
        "tw-reuse-without-timestamps sysctl:net.ipv4.tcp_timestamps",
      ])
  }

  @Test func directoriesOfOneHostAreJudgedTogether() throws {
    let found = try Self.findings([
      "web/usr/lib/sysctl.d/a.conf": Self.withoutTimestamps, "web/etc/sysctl.d/b.conf": Self.reuse,
    ])
    #expect(found == ["tw-reuse-without-timestamps web/sysctl:net.ipv4.tcp_timestamps"])
  }

  @Test func filesOutsideOfSysctlDStandAlone() throws {
    let found = try Self.findings([
      "tuning/web.conf": Self.withoutTimestamps, "tuning/db.conf": Self.reuse,
    ])
    #expect(found == ["timestamps-disabled tuning/web.conf/sysctl:net.ipv4.tcp_timestamps"])
  }

  private static func play(_ hosts: String, _ key: String, _ value: Int, when: Bool = false)
    -> String
  {
    """
    - hosts: \(hosts)
      tasks:
        - ansible.posix.sysctl: { name: net.ipv4.\(key), value: "\(value)" }
    \(when ? "      when: is_client\n" : "")
    """
  }

  @Test(arguments: [
    ("[web, a]", "[web, a]", false, ["tw-reuse-without-timestamps site.yml:web,a"]),
    ("web", "db", false, ["timestamps-disabled site.yml:web"]),
    ("web", "web", true, ["timestamps-disabled site.yml:web"]),
  ])
  func playsOfOneGroupAreJudgedTogether(
    _ first: String, _ second: String, _ hasCondition: Bool, _ expected: [String]
  ) throws {
    let found = try Self.findings([
      "site.yml": Self.play(first, "tcp_timestamps", 0)
        + Self.play(second, "tcp_tw_reuse", 1, when: hasCondition)
    ])
    #expect(found.map { String($0.prefix { $0 != "/" }) } == expected)
  }

  @Test func unitsOfTwoHostsMayHaveOnePort() throws {
    func collisions(_ first: String, _ second: String) throws -> Int {
      var files = [".git/HEAD": ""]
      for (directory, name) in [(first, "a"), (second, "b")] {
        let units = "\(directory)/etc/systemd/system"
        files["\(units)/\(name).socket"] = "[Socket]\nListenStream=8080\n"
        files["\(units)/\(name).service"] = "[Service]\nExecStart=/bin/\(name)\n"
        files["\(units)/sockets.target.wants/.keep"] = ""
      }
      let repository = try ReviewTests.repository(files)
      for (directory, name) in [(first, "a"), (second, "b")] {
        let wants = repository.path("\(directory)/etc/systemd/system/sockets.target.wants")
        #expect(unsafe symlink("../\(name).socket", "\(wants)/\(name).socket") == 0)
      }
      let result = try ReviewTests.review(
        ["--only", "unit-ports-collide", "--format", "json"], in: repository.path)
      return try #require(ParsedJSON(Array(result.output.utf8))["findings"]?.elements?.count)
    }
    #expect(try collisions("web", "db") == 0)
    #expect(try collisions("web", "web") == 1)
  }
}
