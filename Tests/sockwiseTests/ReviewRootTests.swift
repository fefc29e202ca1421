import TestSupport
import Testing

/// The root of the repository names files, whatever directory a review is called in.
@Suite struct ReviewRootTests {
  /// Subject, fingerprint and, behind "@", the file that is shown, of each finding.
  private static func findings(_ arguments: [String], in directory: String) throws -> [String] {
    let result = try ReviewTests.review(arguments + ["--format", "json"], in: directory)
    let report = try ParsedJSON(Array(result.output.utf8))
    return try #require(report["findings"]?.elements).map { finding in
      let texts = [finding["subject"], finding["fingerprint"], finding["locations"]?[0]?["path"]]
      let parts = try texts.map { try #require($0?.string) }
      return "\(parts[0]) \(parts[1].prefix(8)) @\(parts[2])"
    }
  }

  @Test func subjectsAreTheSameFromEverywhere() throws {
    let repository = try ReviewTests.repository([
      "deploy/etc/sysctl.d/60-net.conf": "net.core.somaxconn = many\n",
      "deploy/etc/systemd/system/api.service.d/10.conf":
        "[Service]\nExecStartPre=sysctl -w net.core.somaxconn=few\n",
      ".git/HEAD": "",
    ])
    let above = repository.path.split(separator: "/").last.map(String.init) ?? ""
    let expected = try Self.findings([], in: repository.path)
    #expect(expected.count == 2)
    #expect(expected[0].hasPrefix("file:deploy/etc/sysctl.d/60-net.conf:net.core.somaxconn "))
    #expect(expected[0].hasSuffix("@deploy/etc/sysctl.d/60-net.conf"))
    for (directory, path, shown) in [
      ("deploy", ".", "etc"), ("deploy/etc/sysctl.d", "../..", "../../etc"),
      ("deploy", "../deploy/etc", "../deploy/etc"), ("..", above, "\(above)/deploy/etc"),
      ("", repository.path, "\(repository.path)/deploy/etc"),
      ("deploy/etc", "/proc/self/cwd/../etc", "/proc/self/cwd/../etc"),
    ] {
      let found = try Self.findings([path], in: repository.path(directory))
      #expect(found == expected.map { $0.replacing("@deploy/etc", with: "@\(shown)") }, "\(path)")
    }
    // What is read depends on the paths that are named, what it is called and taken for does not.
    for (directory, path) in [
      ("deploy/etc/sysctl.d", "."), ("deploy/etc/sysctl.d", "60-net.conf"),
      ("deploy", "etc/sysctl.d"),
    ] {
      let found = try Self.findings([path], in: repository.path(directory))
      #expect(found.map { $0.prefix { $0 != "@" } } == [expected[0].prefix { $0 != "@" }])
    }
  }

  @Test func messagesNameFilesAsTheirPlacesDo() throws {
    let repository = try ReviewTests.repository([
      "deploy/etc/sysctl.d/60-net.conf": "net.core.somaxconn = 100\n", ".git/HEAD": "",
    ])
    let result = try ReviewTests.review(
      ["--only", "setting-below-default", "--format", "json"], in: repository.path("deploy"))
    let finding = try ParsedJSON(Array(result.output.utf8))["findings"]?[0]
    let message = try #require(finding?["message"]?.string)
    #expect(message.hasPrefix("etc/sysctl.d/60-net.conf sets "), "\(message)")
    #expect(finding?["subject"]?.string == "deploy/sysctl:net.core.somaxconn")
  }

  @Test func withoutARepositoryTheTreeIsTheRoot() throws {
    let tree = try ReviewTests.repository([
      "image/etc/sysctl.d/60-net.conf": "net.core.somaxconn = many\n",
      "other/usr/lib/sysctl.d/x.conf": "net.core.somaxconn = few\n",
    ])
    let name = "file:etc/sysctl.d/60-net.conf:net.core.somaxconn "
    for (directory, path) in [
      ("", "image"), ("image", "."), ("image", "etc"), ("image/etc/sysctl.d", "60-net.conf"),
      ("image/etc/sysctl.d", "."),
    ] {
      let found = try Self.findings([path], in: tree.path(directory))
      #expect(found.count == 1)
      #expect(found.first?.hasPrefix(name) == true, "\(directory) \(path): \(found)")
    }
    try TextFile.write("", to: tree.path(".sockwise.yaml"))
    let found = try Self.findings(["etc", "../other"], in: tree.path("image"))
    #expect(found.count == 2)
    #expect(found.first?.hasPrefix("file:image/etc/sysctl.d/60-net.conf:") == true, "\(found)")
    #expect(found.last?.hasPrefix("file:other/usr/lib/sysctl.d/x.conf:") == true, "\(found)")
  }

  @Test func waiversBaselinesAndCommentsHoldEverywhere() throws {
    let repository = try ReviewTests.repository([
      "deploy/a.conf": "net.core.somaxconn = many\n",
      "deploy/b.conf": "net.core.somaxconn = many\n",
      "deploy/c.conf":
        "# sockwise: ignore[sysctl-value-refused] a test\nnet.core.somaxconn = many\n",
      ".sockwise.yaml": """
      waivers:
        - { rule: sysctl-value-refused, subject: "file:deploy/a.conf:*", reason: a test }
        - { rule: sysctl-value-refused, subject: "x", reason: a test, expires: 2020-01-01 }
      """,
      ".git/HEAD": "",
    ])
    let baseline = repository.path("baseline.json")
    let only = ["--only", "sysctl-value-refused"]
    _ = try ReviewTests.review(only + ["--output", "baseline=\(baseline)"], in: repository.path)
    for directory in ["", "deploy"] {
      let result = try ReviewTests.review(
        [".", "--baseline", baseline] + only, in: repository.path(directory))
      #expect(result.status == 0)
      #expect(result.output.contains("1 known; 2 waived"), "\(result.output)")
    }
    let expired = try ReviewTests.review(
      [".", "--only", "waiver-expired", "--format", "github"], in: repository.path("deploy"))
    #expect(expired.output.contains("file=.sockwise.yaml,line=3,"), "\(expired.output)")
  }

  @Test func whatAcceptsNothingIsTold() throws {
    let repository = try ReviewTests.repository([
      "play.yml": """
      # sockwise: ignore[sysctl-value-refused] a test
      - name: a
        ansible.posix.sysctl:
          name: net.core.somaxcon
          value: "1"  # sockwise: ignore[sysctl-unknown-key] a test

      # sockwise: ignore[sysctl-unknown-key] a test

      # sockwise: ignore[sysctl-drift] for hosts
      - name: b

      """,
      "etc/default/grub": "# sockwise: ignore[sysctl-unknown-key] a\nX=sysctl.vm.x=1\n",
      "healthy.conf": "net.core.somaxconn = 4096 # sockwise: ignore[sysctl-unknown-key] a\n",
      "timestamps.conf": """
      # sockwise: ignore[timestamps-disabled] a test
      net.ipv4.tcp_timestamps = 0

      """,
      "waivers.yaml": """
      waivers:
        - { rule: sysctl-drift, reason: for hosts }
        - { rule: sysctl-unknown-key, subject: "file:pla.yml:*", reason: a test }

      """,
    ])
    let result = try ReviewTests.review(
      ["--waivers", "waivers.yaml", "--format", "json"], in: repository.path)
    #expect(result.status == 0)
    let report = try ParsedJSON(Array(result.output.utf8))
    let states = try #require(report["findings"]?.elements?.map { $0["state"] })
    #expect(states == [.string("waived"), .string("waived")])
    let notices = try #require(report["notices"]?.elements).compactMap { $0["message"]?.string }
    #expect(
      notices.filter { $0.contains("nothing:") || $0.contains("accepts nothing") } == [
        "etc/default/grub:1:1: comment accepts nothing: no finding of 'sysctl-unknown-key' there",
        "healthy.conf:1:27: a comment after a value is part of the value here, so it accepts "
          + "nothing; write it on the line before",
        "play.yml:7:1: comment accepts nothing: a blank line follows; write it right above what "
          + "it accepts",
        "play.yml:1:1: comment accepts nothing: no finding of 'sysctl-value-refused' there",
      ])
    #expect(
      notices.contains("1 waiver matches no finding: 'waivers.yaml':3 (sysctl-unknown-key)"),
      "\(notices)")
  }

  @Test func addressesAreThoseOfTheRepository() throws {
    let repository = try ReviewTests.repository([
      "deploy/a b.conf": "net.core.somaxconn = many\n", ".git/HEAD": "",
    ])
    let outside = try ReviewTests.repository(["x.conf": "net.core.somaxconn = few\n"])
    try TextFile.write("", to: repository.path(".sockwise.yaml"))
    let waivers = outside.path("waivers.yaml")
    try TextFile.write(
      "waivers: [{ rule: sysctl-value-refused, reason: a test }]\n", to: waivers)
    let result = try ReviewTests.review(
      ["--format", "sarif", "--waivers", waivers, "."], in: repository.path("deploy"))
    let report = try ParsedJSON(Array(result.output.utf8))
    let finding = try #require(report["runs"]?[0]?["results"]?[0])
    let place = finding["locations"]?[0]?["physicalLocation"]?["artifactLocation"]
    #expect(place?["uri"] == .string("deploy/a%20b.conf"))
    #expect(place?["uriBaseId"] == .string("%SRCROOT%"))
    let other = finding["suppressions"]?[0]?["location"]?["physicalLocation"]?["artifactLocation"]
    #expect(other?["uri"] == .string("file://\(waivers)"))
    #expect(other?["uriBaseId"] == nil)
  }

  @Test func twoLinesAreTwoFindings() throws {
    let repository = try ReviewTests.repository(["a.conf": "net.core.somaxconn = many\n"])
    let baseline = repository.path("baseline.json")
    let only = ["--only", "sysctl-value-refused"]
    _ = try ReviewTests.review(only + ["--output", "baseline=\(baseline)"], in: repository.path)
    try TextFile.write(
      "net.core.somaxconn = many\n\nnet.core.somaxconn = few\n", to: repository.path("a.conf"))
    let result = try ReviewTests.review(only + ["--baseline", baseline], in: repository.path)
    #expect(result.status == 1)
    #expect(result.output.contains("net.core.somaxconn = few"))
    #expect(result.output.contains("file:a.conf:net.core.somaxconn#2"))
    #expect(result.output.hasSuffix("1 finding: 1 high; 1 known\n"), "\(result.output)")
  }
}
