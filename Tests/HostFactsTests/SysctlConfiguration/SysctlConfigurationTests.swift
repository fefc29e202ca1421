import CEL
import Testing

@testable import HostFacts

@Suite struct SysctlConfigurationTests {
  func review(
    _ files: [(String, String)], dialect: SysctlDialect = .systemd,
    kernels: [KernelVersion] = SysctlConfiguration.supportedKernels
  ) -> SysctlConfiguration {
    SysctlConfiguration(
      ofTreesIn: files.map { SysctlFile(path: $0.0, bytes: Array($0.1.utf8)) }, dialect: dialect,
      kernels: kernels)
  }

  /// `key=value` of each key, with the file and line that decide.
  func values(_ configuration: SysctlConfiguration) -> [String] {
    configuration.keys.elements.map { "\($0.name)=\($0.value) \($0.path):\($0.line)" }
  }

  @Test func filesOfOneTree() {
    let files = [
      ("etc/sysctl.d/90-a.conf", "vm.a=1\n"),
      ("usr/lib/sysctl.d/95-b.conf", "vm.a=2\nvm.b=2\n"),
      ("usr/lib/sysctl.d/90-a.conf", "vm.c=3\n"),
      ("run/sysctl.d/95-b.conf", "vm.b=4\n"),
      ("etc/sysctl.conf", "vm.b=5\n"),
      ("etc/sysctl.d/99-z.conf", "vm.d=6\n"),
    ]
    #expect(
      values(review(files)) == [
        "vm.a=1 etc/sysctl.d/90-a.conf:1", "vm.b=5 etc/sysctl.conf:1",
        "vm.d=6 etc/sysctl.d/99-z.conf:1",
      ])
    #expect(values(review(files, dialect: .procps)) == values(review(files)))
  }

  /// Roles and charts of one repository are for different hosts.
  @Test func filesOfDifferentTreesDoNotMeet() {
    let configuration = review([
      ("roles/a/files/10-x.conf", "vm.a=1\n"), ("roles/b/files/20-x.conf", "vm.a=2\n"),
    ])
    #expect(configuration.assignments.elements.allSatisfy { $0.isInEffect.value == true })
    #expect(configuration.keys.elements.count == 2)
  }

  @Test func whatLosesSaysToWhat() throws {
    let configuration = review([
      ("etc/sysctl.d/10-a.conf", "vm.a=1\nvm.b=1\nvm.c=1\n"),
      ("etc/sysctl.d/20-b.conf", "vm.a=2\nvm.b=1\n-vm.c\n"),
    ])
    let first = configuration.assignments.elements
    #expect(first.map { $0.isInEffect.value } == [false, true, false, true, true, true])
    let override = try #require(first[0].overriddenBy.value)
    #expect(
      override.path == "etc/sysctl.d/20-b.conf" && override.line == 1 && override.value == "2")
    #expect(first[1].overriddenBy.value == nil)
    #expect(first[2].overriddenBy.value?.value == nil)
    #expect(configuration.keys.elements.map(\.name) == ["vm.a", "vm.b"])
    #expect(configuration.keys.elements[0].assignments.count == 2)
  }

  @Test func aListOfReservedPortsReplacesThoseOfOtherFiles() throws {
    func replaced(_ files: (String, String)..., range: String? = "0 65535") throws
      -> ([String], String?)
    {
      let key = "net.ipv4.ip_local_reserved_ports"
      let found = review(
        files.map { ("etc/sysctl.d/\($0).conf", $1.replacing("reserved", with: key)) }
          + (range.map { [("etc/sysctl.d/range.conf", "net.ipv4.ip_local_port_range=\($0)\n")] }
            ?? []))
      let setting = try #require(found.keys.elements.first { $0.name == key })
      return (
        setting.replacedPorts.map { "\($0.path):\($0.line) \($0.list)" },
        setting.mergedPorts.value
      )
    }
    for (first, second, lost, merged) in [
      ("8080", "9100", "8080", "8080,9100"), ("10-20", "12-14,18", "10-11,15-17,19-20", "10-20"),
      ("1-3,5-7", "2-6", "1,7", "1-7"), ("5,1,9", "1-4,6-8", "5,9", "1-9"),
      ("0-65535", "1-65534", "0,65535", "0-65535"), ("1-10", "20", "1-10", "1-10,20"),
    ] {
      let found = try replaced(("10-a", "reserved=\(first)\n"), ("20-b", "reserved=\(second)\n"))
      #expect(found.0 == ["etc/sysctl.d/10-a.conf:1 \(lost)"], "\(first), then \(second)")
      #expect(found.1 == merged)
    }
    // It has them all; it is empty on purpose; the kernel refuses either.
    for (first, second) in [
      ("8080", "8000-9000"), ("8080", ""), ("8080", "80 90"), ("a-b", "9100"), ("", "9100"),
    ] {
      let found = try replaced(("10-a", "reserved=\(first)\n"), ("20-b", "reserved=\(second)\n"))
      #expect(found.0.isEmpty && found.1 == nil, "\(first), then \(second)")
    }
    // Of one file the last line is its list; the file that decides has no other.
    #expect(
      try replaced(
        ("10-a", "reserved=1\nreserved=2\n"), ("20-b", "reserved=3\n"),
        ("30-c", "reserved=4\nreserved=5\n")
      ).0 == ["etc/sysctl.d/10-a.conf:2 2", "etc/sysctl.d/20-b.conf:1 3"])
    // Ports outside the range of ephemeral ports nobody picks.
    for (range, lost) in [
      (nil, ["32768", "60999"]), ("40000 50000", []), ("60000\t65000", ["60999-61000"]),
      ("1024", ["32768", "60999"]), ("50000 40000", ["32768", "60999"]),
    ] {
      let found = try replaced(
        ("10-a", "reserved=8080,32767-32768,60999-61000\n"), ("20-b", "reserved=45000\n"),
        range: range)
      #expect(
        found.0 == (lost.isEmpty ? [] : ["etc/sysctl.d/10-a.conf:1 \(lost.joined(separator: ","))"])
      )
    }
  }

  @Test func aPatternGivesKnownKeysTheirValue() throws {
    let configuration = review([("a.conf", "net.ipv4.tcp_tw_reus?=1\nnet.ipv4.tcp_rfc1337=1\n")])
    #expect(
      values(configuration) == [
        "net.ipv4.tcp_rfc1337=1 a.conf:2", "net.ipv4.tcp_tw_reuse=1 a.conf:1",
      ])
  }

  @Test func filesThatNothingReads() {
    let configuration = review([
      ("etc/sysctl.d/60-net.txt", "# x\nvm.a = 1\nhello=1\nnet.ipv4.x=2\n"),
      ("etc/sysctl.d/README.sysctl", "vm.a=1\n"), ("etc/sysctl.d/10-a.conf.bak", "vm.a=1\n"),
      ("etc/sysctl.d/10-a.conf.dpkg-old", "vm.a=1\n"), ("etc/sysctl.d/10-a.conf~", "vm.a=1\n"),
      ("etc/sysctl.d/.hidden.conf", "vm.a=1\n"), ("etc/sysctl.d/notes", "nothing\n"),
    ])
    #expect(configuration.keys.elements.isEmpty)
    #expect(
      configuration.unreadFiles.elements.map { "\($0.path) \($0.validAssignments) \($0.reason)" }
        == [
          "etc/sysctl.d/.hidden.conf 1 systemd-sysctl passes over names that begin with a dot",
          "etc/sysctl.d/60-net.txt 2 its name does not end in '.conf'",
          "etc/sysctl.d/notes 0 its name does not end in '.conf'",
        ])
    #expect(configuration.unreadFiles.elements[1].location.line == 2)
  }

  @Test func names() throws {
    let text = """
      net.ipv4.tcp_tw_reuse = 1
      net.ipv4.tcp_tw_recycle = 1
      net.ipv4.tcp_tw_reues = 1
      net.ipv4.tcp_tw_reuse_delay = 500
      net.ipv4.conf.eth0.100.rp_filter = 1
      net.ipv4.conf.eth0/100.rp_filter = 1
      net.bridge.bridge-nf-call-iptables = 1
      net.ipv4.conf.*.rp_filter = 1
      net.core.netdev_max_backlog = 1
      """
    let found = review([("a.conf", text)], kernels: [KernelVersion(6, 1), KernelVersion(6, 18)])
      .assignments.elements
    #expect(
      found.map(\.known) == [
        "known", "removed", "unknown", "not_yet", "unknown", "known", "not_judged", "known",
        "known",
      ])
    #expect(found[1].removedIn.value == "4.12")
    #expect(found[2].suggestion.value == "net.ipv4.tcp_tw_reuse")
    #expect(found[3].addedIn.value == "6.14")
    #expect(found[3].affectedKernels == ["6.1"])
    #expect(found[4].vlanSpelling.value == "net.ipv4.conf.eth0/100.rp_filter")
    #expect(found[5].vlanSpelling.value == nil)
    #expect(found[0].isNamespaced.value == true)
    #expect(found[8].isNamespaced.value == false)
    #expect(found[6].isNamespaced.value == nil)
  }

  @Test func statementsOfOthersStandAlone() throws {
    let place = SourceLocation(path: "pod.yaml", line: 7, column: 5, endColumn: 20)
    let statement = SysctlStatement(
      writer: .kubernetes, key: SysctlKey("net.core.somaxconn"), value: Array("\"1\"".utf8),
      keyLocation: place, valueLocation: nil, sourceText: "", usesHostNamespace: false)
    let configuration = SysctlConfiguration(statements: [statement])
    let pod = try #require(configuration.assignments.elements.last)
    #expect(pod.isInEffect.value == true)
    #expect(pod.refused.value == "its quotes are taken for part of the value")
    #expect(pod.usesHostNamespace.value == false)
    #expect(pod.factOrigin == .file(place))
    #expect(configuration.keys.elements.isEmpty)
  }
}

extension SysctlConfiguration {
  /// What bare files set, those of different trees one after the other.
  init(
    ofTreesIn files: [SysctlFile], dialect: SysctlDialect = .systemd,
    kernels: [KernelVersion] = SysctlConfiguration.supportedKernels
  ) {
    let trees = Self.trees(of: files, dialect: dialect, kernels: kernels)
    self.init(statements: [])
    for (_, configuration) in trees {
      assignments.add(configuration.assignments)
      keys.add(configuration.keys)
      unreadFiles.add(configuration.unreadFiles)
      skippedLines.add(configuration.skippedLines)
    }
  }
}
