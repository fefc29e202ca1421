import CEL
import Testing

@testable import HostFacts

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
