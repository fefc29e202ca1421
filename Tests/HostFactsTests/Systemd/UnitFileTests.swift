import CEL
import Testing

@testable import HostFacts

@Suite struct UnitFileTests {
  private func assignments(_ text: String) -> [UnitAssignment] {
    UnitFile(path: "x", Array(text.utf8)).lines.compactMap {
      if case .assignment(let assignment) = $0 { assignment } else { nil }
    }
  }

  private func place(_ location: CEL.SourceLocation) -> String {
    "\(location.line ?? 0):\(location.column ?? 0)-\(location.endColumn ?? 0)"
  }

  @Test func assignmentsHavePlaces() {
    let text = "# web\n[Socket]\n  ListenStream = 80  \nBacklog=\n; x\nDescription=é ü\n"
    let found = assignments(text)
    #expect(found.map(\.name) == ["ListenStream", "Backlog", "Description"])
    #expect(found.map(\.value) == ["80", "", "é ü"])
    #expect(found.map { place($0.nameLocation) } == ["3:3-15", "4:1-8", "6:1-12"])
    #expect(found.map { place($0.location) } == ["3:18-20", "4:9-9", "6:13-16"])
  }

  @Test func continuedLinesAreJoined() {
    let found = assignments(
      "[Service]\nExecStart=/bin/a \\\n# between\n  b \\\n; too\n c\nType=\\\nsimple\n")
    #expect(found.map(\.value) == ["/bin/a    b   c", "simple"])
    // The value is where it begins, be it on the next line.
    #expect(found.map { place($0.location) } == ["2:11-19", "8:1-7"])
    // Two backslashes are one, and join nothing; an empty line ends.
    #expect(assignments("[S]\nA=1\\\\\nB=2\\\n\nC=3\n").map(\.value) == ["1\\\\", "2", "3"])
    #expect(assignments("[S]\nA=1\\").map(\.value) == ["1"])
  }

  @Test func linesEndAsSystemdHasThem() {
    #expect(assignments("[S]\r\nA=1\rB=2\n\rC=3\0D=4").map(\.value) == ["1", "2", "3", "4"])
    #expect(assignments("\u{feff}[S]\nA=1\n").map(\.section) == ["S"])
  }

  @Test func whatEndsAFile() {
    let broken = UnitFile(path: "x", Array("[S]\nA=1\n[Broken\nB=2\n".utf8))
    #expect(broken.failure?.location.line == 3)
    #expect(broken.lines.count == 2)
    let invalid = UnitFile(path: "x", Array("[S]\n# \u{e9}\nA=".utf8) + [0xe9, 0x0a])
    #expect(invalid.failure?.message == "the line is not valid UTF-8")
    let long = UnitFile(path: "x", Array("[S]\nA=".utf8) + [UInt8](repeating: 65, count: 1 << 20))
    #expect(long.failure?.message == "a line is 1 MiB long or longer")
    #expect(long.failure?.location.line == 2)
    // Joined lines have the same limit.
    var joined = Array("[S]\nA=".utf8)
    for _ in 0..<3 { joined += [UInt8](repeating: 65, count: 400_000) + Array("\\\n".utf8) }
    #expect(UnitFile(path: "x", joined).failure?.message == "a line is 1 MiB long or longer")
  }

  @Test func nonsenseIsTold() {
    let file = UnitFile(path: "x", Array("early\n[S]\n=1\nplain\n".utf8))
    let told = file.lines.compactMap { line -> String? in
      if case .nonsense(let what, let section, _) = line {
        "\(section ?? "-"): \(what)"
      } else {
        nil
      }
    }
    #expect(
      told == ["-: no '=' in the line", "S: no name before '='", "S: no '=' in the line"])
  }
}
