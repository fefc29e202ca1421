import CEL
import Testing

@testable import HostFacts

@Suite struct SysctlConfigurationTests {
  func review(
    _ files: [(String, String)], dialect: SysctlDialect = .systemd,
    kernels: [KernelVersion] = SysctlConfiguration.supportedKernels
  ) -> SysctlConfiguration {
    SysctlConfiguration(
      files: files.map { SysctlFile(path: $0.0, bytes: Array($0.1.utf8)) }, dialect: dialect,
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
      keyLocation: place, valueLocation: nil, sourceText: "", usesHostNetwork: false)
    let configuration = SysctlConfiguration(
      files: [SysctlFile(path: "a.conf", bytes: Array("net.core.somaxconn=1\n".utf8))],
      statements: [statement])
    let pod = try #require(configuration.assignments.elements.last)
    #expect(pod.isInEffect.value == true)
    #expect(pod.refused.value == "its quotes are taken for part of the value")
    #expect(pod.usesHostNetwork.value == false)
    #expect(pod.factOrigin == .file(place))
    #expect(configuration.keys.elements.count == 1)
  }
}

/// The configuration of a whole host below a directory.
@Suite struct SysctlConfigurationReadingTests {
  let scratch = ScratchDirectory()

  func read() -> SysctlConfiguration { .read(HostRoot(scratch.path), kernels: []) }

  func values(_ configuration: SysctlConfiguration) -> [String] {
    configuration.keys.elements.map { "\($0.name)=\($0.value) \($0.writer) \($0.path):\($0.line)" }
  }

  @Test func masks() {
    for name in ["null", "dangling", "empty", "directory"] {
      scratch.write("usr/lib/sysctl.d/\(name).conf", "vm.\(name)=1\n")
    }
    scratch.write("etc/sysctl.d/empty.conf", "")
    scratch.write("etc/sysctl.d/directory.conf/x", "")
    scratch.link("etc/sysctl.d/null.conf", to: "/dev/null")
    scratch.link("etc/sysctl.d/dangling.conf", to: "/nonexistent")
    scratch.write("usr/lib/systemd/systemd-sysctl", "")
    let configuration = read()
    #expect(configuration.keys.elements.isEmpty)
    #expect(configuration.keys.rest == nil)
    #expect(
      configuration.unreadFiles.elements.map(\.reason) == [
        "it is a link to '/nonexistent', which is not there", "it is a directory",
      ])
  }

  /// An absolute link of an image means a file of the image.
  @Test func linksStayInside() {
    scratch.write("usr/lib/systemd/systemd-sysctl", "")
    scratch.write("opt/x.conf", "vm.inside=1\n")
    scratch.write("etc/sysctl.d/.keep", "")
    scratch.link("etc/sysctl.d/x.conf", to: "/opt/x.conf")
    scratch.link("etc/sysctl.d/y.conf", to: "../../../../../../etc/hostname")
    scratch.link("etc/sysctl.d/loop.conf", to: "loop.conf")
    let configuration = read()
    #expect(values(configuration) == ["vm.inside=1 systemd-sysctl /etc/sysctl.d/x.conf:1"])
    #expect(
      configuration.assignments.rest?.reason
        == "'/etc/sysctl.d/loop.conf': too many symbolic links (ELOOP)")
    // What it would have set nobody knows; it comes before the other.
    #expect(configuration.assignments.elements.first?.isInEffect.value == true)
  }

  @Test func whatCannotBeReadMakesWhatComesBeforeUncertain() {
    scratch.write("usr/lib/systemd/systemd-sysctl", "")
    scratch.write("etc/sysctl.d/a.conf", "vm.a=1\n")
    scratch.write("etc/sysctl.d/z.conf", "vm.z=1\n")
    runShell("mkfifo '\(scratch.path)/etc/sysctl.d/m.conf'")
    let found = read().assignments.elements
    #expect(
      found.first?.isInEffect == .unavailable(.init("'/etc/sysctl.d/m.conf' is a FIFO")))
    #expect(found.last?.isInEffect.value == true)
  }

  @Test func whoReadsSysctlConf() {
    scratch.write("etc/sysctl.conf", "vm.a=1\n")
    scratch.write("usr/lib/systemd/systemd-sysctl", "")
    var configuration = read()
    #expect(values(configuration) == [])
    #expect(
      configuration.unreadFiles.elements.map(\.reason)
        == ["no program reads '/etc/sysctl.conf' at boot here"])
    // Debian 12.
    scratch.write("etc/sysctl.d/.keep", "")
    scratch.link("etc/sysctl.d/99-sysctl.conf", to: "../sysctl.conf")
    scratch.write("etc/sysctl.d/99-z.conf", "vm.b=1\n")
    configuration = read()
    #expect(
      values(configuration) == [
        "vm.a=1 systemd-sysctl /etc/sysctl.d/99-sysctl.conf:1",
        "vm.b=1 systemd-sysctl /etc/sysctl.d/99-z.conf:1",
      ])
    #expect(!configuration.unreadFiles.elements.contains { $0.path == "/etc/sysctl.conf" })
    // Without systemd.
    runShell("rm -r '\(scratch.path)/usr/lib/systemd'")
    #expect(
      values(read()) == [
        "vm.a=1 sysctl.conf /etc/sysctl.conf:1", "vm.b=1 procps /etc/sysctl.d/99-z.conf:1",
      ])
  }

  @Test func otherWritersInTheOrderOfBoot() throws {
    scratch.write("usr/lib/systemd/systemd-sysctl", "")
    scratch.write(
      "proc/cmdline",
      "quiet sysctl.vm.a=1 \"sysctl.net.ipv4.ip_local_port_range=2000 3000\" -- sysctl.vm.z=1\n")
    scratch.write("usr/lib/sysctl.d/a.conf", "vm.b=2\nvm.c=2\n")
    scratch.write("etc/sysctl.d/a2.conf", "vm.a=2\nvm.d=2\n")
    scratch.write("etc/tmpfiles.d/x.conf", "w /proc/sys/vm/b - - - - 3\\n\nd /run/x 0755\n")
    scratch.write("etc/tuned/active_profile", "mine\n")
    scratch.write(
      "etc/tuned/mine/tuned.conf",
      "[main]\ninclude=base\n[sysctl]\n vm.c = 4\nvm.d=4\nvm.e=${x}\n")
    scratch.write("usr/lib/tuned/base/tuned.conf", "[mine]\ntype=sysctl\nvm.c=9\nvm.f=\"5\"\n")
    let found = read()
    #expect(
      values(found) == [
        "net.ipv4.ip_local_port_range=2000 3000 kernel command line /proc/cmdline:1",
        "vm.a=2 systemd-sysctl /etc/sysctl.d/a2.conf:1", "vm.b=3 tmpfiles /etc/tmpfiles.d/x.conf:1",
        "vm.c=4 tuned /etc/tuned/mine/tuned.conf:4",
        "vm.d=2 systemd-sysctl /etc/sysctl.d/a2.conf:2",
        "vm.f=5 tuned /usr/lib/tuned/base/tuned.conf:4",
      ])
    let a = try #require(found.keys.elements.first { $0.name == "vm.a" })
    #expect(a.writers == ["kernel command line", "systemd-sysctl"])
    let range = try #require(found.assignments.elements.first { $0.key.contains("range") })
    #expect(range.statement.keyLocation.column == 29)
    // TuneD reads what systemd does not.
    scratch.write("etc/sysctl.conf", "vm.g = 7\n")
    #expect(values(read()).contains("vm.g=7 sysctl.conf /etc/sysctl.conf:1"))
    // TuneD does not write the administrator's files again where it is told not to.
    scratch.write("etc/tuned/tuned-main.conf", "reapply_sysctl = 0\n")
    #expect(values(read()).contains("vm.d=4 tuned /etc/tuned/mine/tuned.conf:5"))
  }

  @Test func whatTuneDWritesOnlyToRaiseOrLower() throws {
    scratch.write("usr/lib/systemd/systemd-sysctl", "")
    scratch.write("etc/sysctl.d/a.conf", "vm.a=5\nvm.b=5\nvm.c=5\nvm.d=5\nvm.x=a b\n")
    scratch.write("etc/tuned/tuned-main.conf", "reapply_sysctl = 0\n")
    scratch.write("etc/tuned/active_profile", "mine\n")
    scratch.write(
      "etc/tuned/mine/tuned.conf",
      "[sysctl]\nvm.a=>4\nvm.b=>6\nvm.c=<4\nvm.d=<6\nvm.e=>7\nvm.x=>4\n")
    let found = read()
    #expect(
      found.keys.elements.map { "\($0.name)=\($0.value) \($0.writer)" } == [
        "vm.a=5 systemd-sysctl", "vm.b=6 tuned", "vm.c=4 tuned", "vm.d=5 systemd-sysctl",
        "vm.e=7 tuned", "vm.x=4 tuned",
      ])
    // What its own condition leaves out is no loser to tell of.
    let conditional = found.assignments.elements.filter { $0.statement.condition != nil }
    #expect(conditional.map(\.isInEffect.value) == [false, true, true, false, true, true])
    #expect(conditional.allSatisfy { $0.overriddenBy.value == nil })
    let raised = found.assignments.elements.first { $0.key == "vm.b" }
    #expect(raised?.overriddenBy.value?.value == "6")
    // Nor a second writer.
    #expect(
      found.keys.elements.map(\.writers.count) == [1, 2, 2, 1, 1, 2])
  }

  @Test func whatTheKernelHas() throws {
    scratch.write("proc/sys/kernel/osrelease", "6.1.0\n")
    scratch.write("proc/sys/net/ipv4/tcp_rmem", "4096\t131072\t6291456\n")
    scratch.write("proc/sys/net/core/somaxconn", "128\n")
    scratch.write("proc/sys/net/ipv4/ip_forward", "1\n")
    scratch.write("proc/sys/net/ipv4/tcp_fastopen_key", "secret\n")
    scratch.write("run/docker/x", "")
    scratch.write(
      "etc/sysctl.d/a.conf",
      """
      net.ipv4.tcp_rmem = 4096 131072 6291456
      net.core.somaxconn = 4096
      net.ipv4.ip_forward = 0
      net.ipv4.tcp_fastopen_key = 00000000-00000000-00000000-00000000
      vm.none = 1
      """)
    let keys = read().keys.elements
    func key(_ name: String) throws -> ConfiguredSysctl {
      try #require(keys.first { $0.name == name })
    }
    #expect(try key("net.ipv4.tcp_rmem").running.value == "4096 131072 6291456")
    #expect(try key("net.ipv4.tcp_rmem").drifts.value == false)
    #expect(try key("net.core.somaxconn").drifts.value == true)
    #expect(try key("net.core.somaxconn").liveOwner.value == nil)
    #expect(try key("net.ipv4.ip_forward").liveOwner.value == "docker")
    #expect(try key("net.ipv4.tcp_fastopen_key").running == .absent("secrets are not read"))
    #expect(try key("vm.none").drifts == .absent("there is no '/proc/sys/vm/none'"))
  }

  @Test func withoutAKernelNothingDrifts() {
    scratch.write("etc/sysctl.d/a.conf", "net.core.somaxconn=1\n")
    #expect(read().keys.elements.first?.drifts == .absent("no kernel is looked at"))
  }

  @Test func aHostileTreeIsBounded() {
    scratch.write("usr/lib/systemd/systemd-sysctl", "")
    scratch.write(
      "etc/sysctl.d/a.conf", (0..<25_000).map { "net.ipv4.x\($0)=1\n" }.joined())
    let configuration = read()
    #expect(configuration.assignments.elements.count == SysctlBoot.mostStatements)
    #expect(
      configuration.assignments.rest?.reason
        == "more than \(SysctlBoot.mostStatements) lines set kernel parameters, and only those are looked at"
    )
  }
}

/// An image that nothing runs: what is configured, and the defaults of its kernel.
@Suite struct ImageSysctlsTests {
  let scratch = ScratchDirectory()

  func read(_ kernels: [KernelVersion] = []) throws -> ProcSys {
    try Host.read(HostOptions(kernels: kernels, root: HostRoot(scratch.path))).sysctl
  }

  init() {
    scratch.write("usr/lib/systemd/systemd-sysctl", "")
    scratch.write(
      "etc/sysctl.d/a.conf",
      "net.ipv4.tcp_tw_reuse=1\nnet.ipv4.tcp_timestamps=\"1\"\nnet.ipv4.ip_local_port_range=2000\n")
  }

  @Test func oneKernel() throws {
    scratch.write("lib/modules/6.1.0-18-amd64/modules.dep", "")
    scratch.write("boot/vmlinuz-6.1.0-18-amd64", "")
    let settings = try read()
    let line = SourceLocation(path: "/etc/sysctl.d/a.conf", line: 1, column: 1, endColumn: 24)
    #expect(settings.integer("net.ipv4.tcp_tw_reuse") == .value(1, .file(line)))
    // The kernel refuses the quotes.
    #expect(settings.integer("net.ipv4.tcp_timestamps") == .value(1, .defaultValue("Linux 6.1")))
    #expect(settings.integer("net.core.somaxconn") == .value(4096, .defaultValue("Linux 6.1")))
    #expect(settings.integer("net.unix.max_dgram_qlen").value == 512)
    #expect(
      settings.integer("net.ipv4.tcp_tw_reuse_delay")
        == .absent("added in Linux 6.14; this kernel is 6.1"))
    #expect(
      settings.portRange("net.ipv4.ip_local_port_range")
        == .unavailable(.init("'2000' sets only a part of 'net.ipv4.ip_local_port_range'")))
    #expect(
      settings.integer("net.ipv4.tcp_max_tw_buckets")
        == .unavailable(
          .init("the default of 'net.ipv4.tcp_max_tw_buckets' depends on the machine"))
    )
  }

  @Test func severalKernels() throws {
    scratch.write("lib/modules/6.1.0-18-amd64/x", "")
    scratch.write("boot/vmlinuz-5.3.1", "")
    let settings = try read()
    // What they agree on is known.
    #expect(settings.integer("net.ipv4.tcp_fin_timeout").value == 60)
    #expect(
      settings.integer("net.core.somaxconn")
        == .unavailable(
          .init(
            "the default of 'net.core.somaxconn' differs among the image's kernels 5.3, 6.1",
            grant: "--kernel VERSION")))
    #expect(try read([KernelVersion(5, 3)]).integer("net.core.somaxconn").value == 128)
  }

  @Test func noKernel() throws {
    let settings = try read()
    #expect(settings.integer("net.ipv4.tcp_tw_reuse").value == 1)
    #expect(
      settings.integer("net.core.somaxconn")
        == .unavailable(
          .init(
            "the image has no kernel, so the default of 'net.core.somaxconn' is not known",
            grant: "--kernel VERSION")))
  }
}

@Suite struct UnitSysctlCommandsTests {
  func read(_ program: String, _ arguments: [String]) -> [String] {
    var commands = UnitSysctlCommands()
    commands.add(
      program: program, arguments: arguments, location: SourceLocation(path: "a.service", line: 3),
      sourceText: "")
    return commands.statements.map {
      "\($0.key)=" + String(decoding: $0.value ?? [], as: UTF8.self)
    } + (commands.readsSysctlConf ? ["reads sysctl.conf"] : [])
  }

  @Test func commands() {
    #expect(
      read("/usr/sbin/sysctl", ["-q", "-w", "net.core.somaxconn=1024", "vm/a=2"])
        == ["net.core.somaxconn=1024", "vm.a=2"])
    #expect(read("sysctl", ["--system"]) == ["reads sysctl.conf"])
    #expect(read("/sbin/sysctl", ["-p"]) == ["reads sysctl.conf"])
    #expect(read("/bin/sh", ["-c", "sysctl -w 'vm.a=1 2'"]) == ["vm.a=1 2"])
    #expect(read("/bin/sh", ["-c", "x && sysctl -w vm.a=1"]) == [])
    #expect(read("/bin/echo", ["vm.a=1"]) == [])
    #expect(read("sysctl", ["--pattern=x=y", "-n", "vm.a"]) == [])
  }

  @Test func endAtOneMoreThanIsLookedAt() {
    var commands = UnitSysctlCommands()
    let location = SourceLocation(path: "x.service", line: 2)
    for _ in 0..<30 {
      commands.add(
        program: "sysctl", arguments: Array(repeating: "net.a=1", count: 1000), location: location,
        sourceText: "")
    }
    #expect(commands.statements.count == SysctlBoot.mostStatements + 1)
    let line = "w /proc/sys/net/a - - - - 1\n"
    let bytes = Array(String(repeating: line, count: 30_000).utf8)
    #expect(
      TmpfilesWrites.statements(bytes, path: "x").count == SysctlBoot.mostStatements + 1)
  }
}
