import Testing

@testable import HostFacts

/// Who wins among the lines of all files, by program. The same is asked of the programs themselves in
/// `SysctlOracleTests`.
@Suite struct SysctlPlanTests {
  func value(_ key: String, _ text: String, _ dialect: SysctlDialect = .systemd) -> String? {
    let file = SysctlFileText(Array(text.utf8), path: "/x.conf", dialect: dialect)
    let plan = SysctlPlan(file.statements, dialect: dialect)
    return plan.decider(of: SysctlKey(key)).flatMap { file.statements[$0].value }
      .map { String(decoding: $0, as: UTF8.self) }
  }

  @Test func theLastAssignmentWins() {
    for dialect in SysctlDialect.allCases {
      #expect(value("vm.a", "vm.a=1\nvm/a=2\n", dialect) == "2")
      #expect(value("vm.b", "vm.a=1\n", dialect) == nil)
    }
  }

  @Test func aKeyByNameBeatsAPattern() {
    for dialect in SysctlDialect.allCases {
      #expect(value("vm.a", "vm.a=1\nvm.*=2\n", dialect) == "1")
      #expect(value("vm.b", "vm.a=1\nvm.*=2\n", dialect) == "2")
      #expect(value("vm.b", "vm.*=2\nvm.?=3\n", dialect) == "3")
    }
  }

  @Test func exclusions() {
    for dialect in SysctlDialect.allCases {
      #expect(value("vm.a", "vm.*=2\n-vm.a\n", dialect) == nil)
      #expect(value("vm.a", "-vm.a\nvm.a=1\n", dialect) == "1")
    }
    // systemd takes an assignment back, procps does not.
    #expect(value("vm.a", "vm.a=1\n-vm.a\n", .systemd) == nil)
    #expect(value("vm.a", "vm.a=1\n-vm.a\n", .procps) == "1")
    // Excluding a pattern: its own text in systemd, in procps nothing; since 4.0.5 what it matches.
    #expect(value("vm.a", "vm.*=2\n-vm.*\n", .systemd) == nil)
    #expect(value("vm.a", "vm.*=2\n-vm.?\n", .systemd) == "2")
    #expect(value("vm.a", "vm.*=2\n-vm.*\n", .procps) == "2")
    #expect(value("vm.a", "vm.*=2\n-vm.?\n", .newerProcps) == nil)
    #expect(value("vm.a", "vm.a=1\nvm.*=2\n-vm.?\n", .newerProcps) == "1")
  }

  /// An equal assignment again keeps its place, so that the other pattern stays the last.
  @Test func aRepeatedPatternKeepsItsPlace() {
    #expect(value("vm.a", "vm.*=1\nvm.?=2\nvm.*=1\n") == "2")
    #expect(value("vm.a", "vm.*=1\nvm.?=2\nvm.*=3\n") == "3")
    #expect(value("vm.a", "vm.*=1\nvm.?=2\nvm.*=1\n", .procps) == "1")
  }

  @Test func braces() {
    #expect(value("vm.a", "vm.{a,b}=1\n") == nil)
    #expect(value("vm.ax", "vm.{a,b}*=1\n") == "1")
    #expect(value("vm.ax", "vm.{a,b}*=1\n", .procps) == nil)
  }

  @Test func spellingsOfOneKey() {
    // systemd takes them for one; procps compares what is written.
    #expect(value("net.x", "net.x=1\nnet//x=2\n") == "2")
    #expect(value("net.x", "net//x=1\nnet.*=2\n") == "1")
    #expect(value("net.x", "net//x=1\nnet.*=2\n", .procps) == "2")
    #expect(value("net.x", "net/../net/x=1\n") == nil)
    #expect(value("net.x", "net/../net/x=1\n", .procps) == "1")
    #expect(value("net.x", "net/x/=1\n", .procps) == nil)
  }

  @Test func aGreatManyPatternsAreCut() {
    let text = (0..<3000).map { "vm.a\($0)*=1\n" }.joined()
    let file = SysctlFileText(Array(text.utf8), path: "/x.conf", dialect: .systemd)
    let why = SysctlPlan(file.statements, dialect: .systemd).gap
    #expect(
      why?.reason == "more than 512 patterns set kernel parameters, and only those are looked at")
  }

  /// What would take gigabytes is not looked at, and said with its place.
  @Test(arguments: [
    (
      "net.x*{" + String(repeating: "ab,", count: 300_000) + "}",
      "the pattern is longer than 1024 bytes, and is not looked at"
    ),
    (
      "net.x*" + String(repeating: "{a,b}", count: 64),
      "the pattern stands for more than 256 others, and is not looked at"
    ),
    (
      "net.x*" + String(repeating: "{a}", count: 300),
      "the pattern stands for more than 256 others, and is not looked at"
    ),
  ]) func anEndlessPatternIsLeftOut(_ pattern: String, _ why: String) {
    let text = "vm.a* = 1\n  \(pattern) = 1\n"
    let file = SysctlFileText(Array(text.utf8), path: "/x.conf", dialect: .systemd)
    let plan = SysctlPlan(file.statements, dialect: .systemd)
    #expect(plan.gap?.reason == "'/x.conf':2:3: \(why)")
    #expect(plan.decider(of: SysctlKey("vm.ab")) == 0)
  }

  @Test func procpsReadsNoEndlessPatternEither() {
    let text = "net.*" + String(repeating: "x", count: 2000) + " = 1\n"
    let file = SysctlFileText(Array(text.utf8), path: "/x.conf", dialect: .procps)
    #expect(
      SysctlPlan(file.statements, dialect: .procps).gap?.reason
        == "'/x.conf':1:1: the pattern is longer than 1024 bytes, and is not looked at")
  }
}
