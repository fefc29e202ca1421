import CEL
import Testing
import YAML

@testable import HostFacts

/// What GRUB gives to the kernel.
@Suite struct GrubConfigurationTests {
  @Test func readsTheKernelsCommandLine() {
    var file = ForeignFile(
      path: "etc/default/grub",
      bytes: Array(
        """
        # GRUB_CMDLINE_LINUX="sysctl.vm.no=1"
        GRUB_TIMEOUT=5
        GRUB_CMDLINE_LINUX_DEFAULT="quiet sysctl.net.core.somaxconn=1024 sysctl/vm/swappiness=10"
        GRUB_CMDLINE_LINUX="$X sysctl.vm.x=$Y"
        """.utf8))
    file.readGrub()
    #expect(
      file.shown == [
        "3: net.core.somaxconn|1024 net.core.somaxconn = 1024",
        "3: vm/swappiness|10 vm.swappiness = 10",
        "1 templated",
      ])
  }

  /// Values of several words are quoted within the quotes of the shell's.
  @Test(arguments: [
    (#"="quiet sysctl.net.ipv4.ip_local_port_range=\"1024 65000\" ro""#, "1024 65000"),
    (#"='quiet sysctl.net.ipv4.ip_local_port_range="1024 65000" ro'"#, "1024 65000"),
    (#"='"sysctl.net.ipv4.ip_local_port_range=1024 65000" ro'"#, "1024 65000"),
    (#"=sysctl.net.ipv4.ip_local_port_range=1024 sysctl.vm.swappiness=1"#, "1024"),
    (#"="sysctl.net.ipv4.ip_local_port_range=1 # none"#, "1"),
    (#"="sysctl.net.ipv4.ip_local_port_range=""#, ""),
    (#"="sysctl.net.ipv4.ip_local_port_range=\"#, ""),
  ])
  func readsQuotedParameters(_ rest: String, _ value: String) throws {
    let text = "GRUB_CMDLINE_LINUX\(rest)"
    var file = ForeignFile(path: "etc/default/grub", bytes: Array(text.utf8))
    file.readGrub()
    #expect(file.statements.map(\.key.dotted) == ["net.ipv4.ip_local_port_range"])
    #expect(file.statements.first?.value.map { String(decoding: $0, as: UTF8.self) } == value)
    let key = file.statements.first?.keyLocation
    let start = try #require(text.firstRange(of: "net.ipv4")).lowerBound
    #expect(key?.line == 1 && key?.column == text[..<start].count + 1)
  }

  /// An item repeated without end would take all memory.
}
