import CEL
import Rules
import Testing

@testable import Reports

@Suite struct SysctlFragmentTests {
  private func fragment(_ key: String, _ value: String, _ evidence: [(String, Value)])
    -> SysctlFragment
  {
    SysctlFragment(
      [.init(key: key, value: value)],
      evidence: evidence.map { Evidence(fact: $0.0, value: $0.1) })
  }

  @Test func goesBackToTheValueThatWasRead() {
    let made = fragment("net.ipv4.tcp_tw_reuse", "1", [("sysctl.net.ipv4.tcp_tw_reuse", .int(2))])
    #expect(made.text == "net.ipv4.tcp_tw_reuse = 1\n")
    #expect(made.undo == "net.ipv4.tcp_tw_reuse = 2\n")
  }

  @Test func saysWhereThatIsNotKnown() {
    let made = fragment("net.ipv4.tcp_tw_reuse", "1", [("sysctl.net.ipv4.tcp_timestamps", .int(1))])
    #expect(made.undo == "# net.ipv4.tcp_tw_reuse: the value from before is not known\n")
  }

  @Test func portRangesComeWholeOrByTheirEnds() {
    let key = "net.ipv4.ip_local_port_range"
    let undo = "net.ipv4.ip_local_port_range = 40000 40199\n"
    #expect(
      fragment(key, "32768 60999", [("sysctl." + key, portRange(40000, 40199))]).undo == undo)
    let ends: [(String, Value)] = [
      ("sysctl.\(key).last", .int(40199)), ("sysctl.\(key).first", .int(40000)),
    ]
    #expect(fragment(key, "32768 60999", ends).undo == undo)
    #expect(fragment(key, "32768 60999", [ends[0]]).undo.hasPrefix("# "))
  }

  @Test func hostWideKeysAndKeysWithDashes() {
    #expect(
      fragment("fs.file-max", "9", [("host.sysctl.fs.file_max", .int(4))]).undo
        == "fs.file-max = 4\n")
  }

  @Test func aValueCannotBeginALine() {
    let made = fragment("net.a", "1\nkernel.core_pattern = |/tmp/x", [])
    #expect(made.text == "net.a = 1\\u{a}kernel.core_pattern = |/tmp/x\n")
  }

  @Test func severalKeysStayInOrder() {
    let made = SysctlFragment(
      [.init(key: "b", value: "1"), .init(key: "a", value: "2")],
      evidence: [Evidence(fact: "sysctl.a", value: .int(0))])
    #expect(made.text == "b = 1\na = 2\n")
    #expect(made.undo == "# b: the value from before is not known\na = 0\n")
  }
}
