import CEL
import Testing

@testable import HostFacts

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
