import CEL
import Testing

@testable import HostFacts

/// Table 1.2 of the comparison with the programs: what a line means to each of them.
@Suite struct SysctlFileTextTests {
  /// Key and value of each statement: `key=value`, `key` alone for an exclusion.
  func read(_ text: String, _ dialect: SysctlDialect) -> [String] {
    SysctlFileText(Array(text.utf8), path: "/etc/sysctl.d/x.conf", dialect: dialect).statements
      .map { statement in
        let key = String(decoding: statement.key.path, as: UTF8.self)
        let dash = statement.ignoresFailure ? "?" : ""
        return dash + key
          + (statement.value.map { "=" + String(decoding: $0, as: UTF8.self) } ?? "")
      }
  }

  @Test(arguments: [
    ("a/b=1\nc/d=2", ["a/b=1", "c/d=2"], ["a/b=1", "c/d=2"]),
    ("a/b=1\r\nc/d=2\r\n", ["a/b=1", "c/d=2"], ["a/b=1", "c/d=2"]),
    ("a/b=1\rc/d=2", ["a/b=1", "c/d=2"], ["a/b=1\rc/d=2"]),
    ("a/b=1\0c/d=2", ["a/b=1", "c/d=2"], ["a/b=1"]),
    (" \t a/b \t=\t 1 2 \t", ["a/b=1 2"], ["a/b=1 2"]),
    ("\u{b}a/b = 1\u{c}", ["\u{b}a/b=1\u{c}"], ["a/b=1"]),
    ("# a/b=1\n ; c/d=2\n\n \n", [], []),
    ("a/b = 1 # x", ["a/b=1 # x"], ["a/b=1 # x"]),
    ("a/b = 1,\\\n2", ["a/b=1,\\"], ["a/b=1,\\"]),
    ("a/b = \"1\"", ["a/b=\"1\""], ["a/b=\"1\""]),
    ("a/b =", ["a/b="], ["a/b="]),
    ("a/b=c=d", ["a/b=c=d"], ["a/b=c=d"]),
    ("a/b", [], []),
    ("=1", [], []),
    ("-a/b=1", ["?a/b=1"], ["?a/b=1"]),
    ("-a/b", ["a/b"], ["a/b"]),
    ("- a/b = 1", ["?a/b=1"], ["? a/b=1"]),
    ("--a/b=1", ["?-a/b=1"], ["?a/b=1"]),
    ("-", [], []),
    ("\u{feff}a/b=1", ["\u{feff}a/b=1"], ["\u{feff}a/b=1"]),
  ]) func lines(_ text: String, _ systemd: [String], _ procps: [String]) {
    #expect(read(text, .systemd) == systemd)
    #expect(read(text, .procps) == procps)
    #expect(read(text, .newerProcps) == procps)
  }

  @Test func wherePartsStand() throws {
    let text = "# é\n\n  -net.é.x  =  1 é \n"
    let file = SysctlFileText(Array(text.utf8), path: "/x.conf", dialect: .systemd)
    let statement = try #require(file.statements.first)
    #expect(statement.keyLocation.line == 3)
    #expect((statement.keyLocation.column, statement.keyLocation.endColumn) == (4, 11))
    #expect(statement.valueLocation?.column == 16)
    #expect(statement.valueLocation?.endColumn == 19)
    #expect((statement.location.column, statement.location.endColumn) == (4, 19))
    #expect(statement.sourceText == "-net.é.x  =  1 é")
    #expect(statement.nearComment == "é")
  }

  @Test func commentsWithinThreeLines() {
    let text = "# one\n\n\na/b=1\n\n\n; two\n# three\n"
    let file = SysctlFileText(Array(text.utf8), path: "/x.conf", dialect: .systemd)
    #expect(file.statements.first?.nearComment == "one\ntwo")
    // Carriage returns make many lines of one to systemd: no more is kept than seven lines hold.
    let comments = String(repeating: "# c\r", count: 500) + "vm.a = 1\n"
    let many = SysctlFileText(Array(comments.utf8), path: "/x.conf", dialect: .systemd)
    #expect(many.statements.first?.nearComment?.utf8.count == 7 * 2 - 1)
  }

  @Test func whatIsNoAssignmentIsTold() {
    let text = "junk\na/b=1\n=2\n/=3\n \t vm.é 10 \n"
    let file = SysctlFileText(Array(text.utf8), path: "/x.conf", dialect: .systemd)
    #expect(
      file.skipped.map { "\($0.line) \($0.text) \($0.namesParameter)" }
        == ["1 junk false", "3 =2 false", "4 /=3 false", "5 vm.é 10 true"])
    #expect(file.skipped.last?.location.column == 4)
    #expect(file.skipped.last?.location.endColumn == 11)
    #expect(!file.skipsMore)
    let many = String(repeating: "junk\n", count: 1000)
    let other = SysctlFileText(Array(many.utf8), path: "/x.conf", dialect: .procps)
    #expect(other.skipped.count == 100)
    #expect(other.skipsMore)
  }

  /// systemd stops at a line of 1 MiB; procps does not.
  @Test func aVeryLongLine() {
    let long = [UInt8](repeating: UInt8(ascii: "#"), count: SysctlFileText.longestLine)
    let bytes = Array("a/b=1\n".utf8) + long + Array("\nc/d=2\n".utf8)
    let systemd = SysctlFileText(bytes, path: "/x.conf", dialect: .systemd)
    #expect(systemd.statements.count == 1)
    #expect(systemd.endsAtLine == 2)
    #expect(SysctlFileText(bytes, path: "/x.conf", dialect: .procps).statements.count == 2)
  }
}

@Suite struct SysctlKeyTests {
  @Test(arguments: [
    ("net.ipv4.tcp_tw_reuse", "net/ipv4/tcp_tw_reuse", "net.ipv4.tcp_tw_reuse"),
    ("net/ipv4/tcp_tw_reuse", "net/ipv4/tcp_tw_reuse", "net.ipv4.tcp_tw_reuse"),
    (
      "net.ipv4.conf.eth0/100.rp_filter", "net/ipv4/conf/eth0.100/rp_filter",
      "net.ipv4.conf.eth0/100.rp_filter"
    ),
    (
      "net/ipv4/conf/eth0.100/rp_filter", "net/ipv4/conf/eth0.100/rp_filter",
      "net.ipv4.conf.eth0/100.rp_filter"
    ),
    (
      "net.ipv4.conf.eth0.100.rp_filter", "net/ipv4/conf/eth0/100/rp_filter",
      "net.ipv4.conf.eth0.100.rp_filter"
    ),
    ("/net//ipv4/./x/", "net/ipv4/x", "net.ipv4.x"),
    (".vm.x", "vm/x", "vm.x"),
    ("/proc/sys/vm/x", "proc/sys/vm/x", "proc.sys.vm.x"),
    ("x", "x", "x"), ("", "", ""), ("/", "", ""),
  ]) func spelling(_ text: String, _ path: String, _ dotted: String) {
    let key = SysctlKey(text)
    #expect(String(decoding: key.path, as: UTF8.self) == path)
    #expect(key.dotted == dotted)
    #expect(!key.isPattern)
  }

  @Test func patterns() {
    for text in ["net.ipv4.conf.*.rp_filter", "vm.?", "vm.[a]"] {
      #expect(SysctlKey(text).isPattern, "\(text)")
    }
    #expect(!SysctlKey("vm.{a,b}").isPattern)
    #expect(SysctlKey("a/../b").hasParent)
  }
}

@Suite struct SysctlGlobTests {
  @Test(arguments: [
    ("vm/*", "vm/a", true), ("vm/*", "vm/a/b", false), ("*", "vm", true),
    ("vm/a*c", "vm/abbc", true),
    ("vm/a*b*c", "vm/aXbYbc", true), ("vm/a*c", "vm/ab", false), ("vm/?", "vm/a", true),
    ("vm/?", "vm/ab", false), ("vm/[a-c]", "vm/b", true), ("vm/[!a-c]", "vm/b", false),
    ("vm/[^a]", "vm/b", true), ("vm/[]a]", "vm/]", true), ("vm/[a", "vm/[a", true),
    ("vm/[a-]", "vm/-", true), ("vm/\\*", "vm/*", true), ("vm/\\*", "vm/a", false),
    ("vm/*", "vm/.a", false), ("vm/.*", "vm/.a", true), ("", "", true), ("*", "", true),
  ]) func matching(_ pattern: String, _ path: String, _ expected: Bool) {
    #expect(SysctlGlob.matches(pattern.utf8, path.utf8) == expected)
  }

  @Test func acrossSlashes() {
    #expect(SysctlGlob.matches("net/*filter".utf8, "net/ipv4/rp_filter".utf8, crossesSlash: true))
  }

  @Test func manyStarsTakeNoTime() {
    let pattern = [UInt8](repeating: UInt8(ascii: "*"), count: 5000) + [UInt8(ascii: "b")]
    let text = [UInt8](repeating: UInt8(ascii: "a"), count: 5000)
    #expect(!SysctlGlob.matches(pattern, text))
  }

  @Test(arguments: [
    ("a", ["a"]), ("{a,b}", ["a", "b"]), ("x{a,b}y{c,d}", ["xayc", "xayd", "xbyc", "xbyd"]),
    ("{a,{b,c}}d", ["ad", "bd", "cd"]), ("{}*", ["*"]), ("{a", ["{a"]), ("a}", ["a}"]),
    ("{a}", ["a"]), ("{a,}b", ["ab", "b"]), ("\\{a,b}", ["\\{a,b}"]),
  ]) func braces(_ pattern: String, _ expected: [String]) throws {
    let alternatives = try SysctlGlob.alternatives(Array(pattern.utf8))
    #expect(alternatives.map { String(decoding: $0, as: UTF8.self) } == expected)
  }

  @Test func bracesAreBounded() throws {
    func alternatives(_ text: String) throws -> Int {
      try SysctlGlob.alternatives(Array(text.utf8)).count
    }
    #expect(try alternatives(String(repeating: "{a,b}", count: 8)) == 256)
    #expect(throws: SysctlGlob.Excess.alternatives) {
      try alternatives(String(repeating: "{a,b}", count: 9))
    }
    #expect(throws: SysctlGlob.Excess.length) {
      try alternatives(String(repeating: "a", count: 1025))
    }
  }
}
