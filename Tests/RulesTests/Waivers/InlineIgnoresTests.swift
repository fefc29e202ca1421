import CEL
import Rules
import Testing

@Suite struct InlineIgnoresTests {
  private func read(
    _ text: String, _ syntax: InlineIgnores.Syntax = .lines
  ) -> InlineIgnores {
    InlineIgnores(
      path: "a.conf", content: Array(text.utf8), syntax: syntax,
      rules: ["tw-reuse-needed", "sysctl-drift"])
  }

  @Test func theLineBeforeCounts() throws {
    let ignores = read(
      """
      # sockwise: ignore[tw-reuse-needed] the pool comes with 4.2
      net.ipv4.tcp_tw_reuse = 2
      net.ipv4.tcp_rmem = 1 2 3
      """)
    #expect(ignores.diagnostics == [])
    let entry = try #require(ignores.entry(for: "tw-reuse-needed", line: 2))
    #expect(entry.reason == "the pool comes with 4.2")
    #expect(entry.location == SourceLocation(path: "a.conf", line: 1, column: 1, endColumn: 60))
    #expect(ignores.entry(for: "tw-reuse-needed", line: 1) == nil)
    #expect(ignores.entry(for: "tw-reuse-needed", line: 3) == nil)
    #expect(ignores.entry(for: "sysctl-drift", line: 2) == nil)
  }

  @Test func severalCommentsAndSeveralRules() {
    let ignores = read(
      """
      [Service]
        ; sockwise:ignore[tw-reuse-needed , sysctl-drift]  both\t
      # about the next line
      Restart=no\r
      """)
    #expect(ignores.diagnostics == [])
    #expect(ignores.entry(for: "tw-reuse-needed", line: 4)?.reason == "both")
    #expect(ignores.entry(for: "sysctl-drift", line: 4)?.reason == "both")
  }

  @Test func aBlankLinePartsThem() {
    let ignores = read("# sockwise: ignore[sysctl-drift] why\n \t\nnet.a = 1\n")
    #expect(ignores.entries.isEmpty)
    #expect(ignores.unattached.map(\.location.line) == [1])
    #expect(read("# sockwise: ignore[sysctl-drift] why").unattached.count == 1)
  }

  /// Each comment names the lines that it is about.
  @Test(arguments: [
    (
      """
      - name: a        # 1
        # sockwise: ignore[sysctl-drift] 3-6
        sysctl:
          name: x

          # other
          value: 1
        when: y
      """, [3...7]
    ),
    (
      """
      tasks:
      # sockwise: ignore[sysctl-drift] 3-5
      - name: a
        sysctl:
          name: x
      - name: b
        sysctl: {name: x, value: 1}  # sockwise: ignore[sysctl-drift] 6-7
      """, [3...5, 6...7]
    ),
    (
      """
      # sockwise: ignore[sysctl-drift] 2-4
      sysctls: # more
      - name: a
        value: "1"
      other: 1 # sockwise: ignore[sysctl-drift] 5
      """, [2...4, 5...5]
    ),
    (
      """
      spec:
        - sysctls:
            - name: a
              value: "1"  # sockwise: ignore[sysctl-drift] 3-4
            # sockwise: ignore[sysctl-drift] 6
            - {name: b, value: "1"}
          # sockwise: ignore[sysctl-drift] 8
          other: 1
      """, [3...4, 6...6, 8...8]
    ),
    (
      """
      - hosts: all # sockwise: ignore[sysctl-drift] 1
        vars:
          x: 1 # sockwise: ignore[sysctl-drift] 3
        tasks:
        - name: a
          sysctl: {name: x, value: 1} # sockwise: ignore[sysctl-drift] 5-7
          when: y
      - - a: 1
          b: 1 # sockwise: ignore[sysctl-drift] 9
        - c: 1
      - x: 1
        loop: [a] # sockwise: ignore[sysctl-drift] 11-12
      """, [1...1, 3...3, 5...7, 9...9, 11...12]
    ),
  ]) func whatACommentInYAMLIsAbout(_ text: String, _ lines: [ClosedRange<Int>]) {
    let ignores = read(text, .yaml)
    #expect(ignores.entries.map(\.lines) == lines)
    #expect(ignores.diagnostics.isEmpty)
  }

  /// What takes long is done for the first thousand.
  @Test func ofManyCommentsTheLastAreAboutOneLine() {
    let item = "- a: 1 # sockwise: ignore[sysctl-drift] x\n  b: 1\n"
    let entries = read(String(repeating: item, count: 1001), .yaml).entries
    #expect(entries.count == 1001)
    #expect(entries[999].lines.count == 2)
    #expect(entries[1000].lines == 2001...2001)
  }

  @Test func behindACommandOfAShell() {
    let text = """
      # sockwise: ignore[sysctl-drift] 2-3
      RUN a && \\
        sysctl -w a=1
      RUN sysctl -w a=1 # sockwise: ignore[sysctl-drift] 4
      ; sockwise: ignore[sysctl-drift] no comment
      """
    #expect(read(text, .shell).entries.map(\.lines) == [2...3, 4...4])
  }

  @Test func behindAValueInYAMLOnly() {
    let text = "    net.ipv4.tcp_tw_reuse: 2  # sockwise: ignore[tw-reuse-needed] why\n"
    #expect(read(text, .yaml).entry(for: "tw-reuse-needed", line: 1)?.reason == "why")
    let refused = read("net.ipv4.tcp_tw_reuse = 2 # sockwise: ignore[tw-reuse-needed] why\n")
    #expect(refused.entries.isEmpty)
    #expect(
      refused.diagnostics.map { $0.rendered() } == [
        """
        a.conf:1:27: warning: a comment after a value is part of the value here, so it accepts nothing
          net.ipv4.tcp_tw_reuse = 2 # sockwise: ignore[tw-reuse-needed] why
                                    ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
          write it on the line before
        """
      ])
    // A semicolon begins no comment in YAML.
    #expect(read("a: 1\n; sockwise: ignore[sysctl-drift] why\nb: 1\n", .yaml).entries.isEmpty)
  }

  @Test(arguments: [
    ("# sockwise: ignore[sysctl-drift]", "1:1: warning: comment gives no reason"),
    ("# sockwise: ignore[sysctl-drift]   ", "1:1: warning: comment gives no reason"),
    ("# sockwise: ignore[] why", "1:13: warning: comment names no rule"),
    ("# sockwise: ignore[sysctl-drit] why", "1:20: warning: no rule is called 'sysctl-drit'"),
    ("# sockwise: ignore sysctl-drift why", "1:1: warning: comment is for Sockwise"),
    ("# sockwise: disable[sysctl-drift] why", "1:1: warning: comment is for Sockwise"),
    ("# sockwise: ignore[sysctl-drift why", "1:1: warning: comment is for Sockwise"),
    ("# sockwise:", "1:1: warning: comment is for Sockwise"),
  ])
  func whatDoesNotCountIsSaid(_ comment: String, _ problem: String) {
    let ignores = read("\(comment)\nnet.a = 1\n")
    #expect(ignores.entries.isEmpty)
    #expect(ignores.diagnostics.count == 1)
    let rendered = ignores.diagnostics.first?.rendered() ?? ""
    #expect(rendered.hasPrefix("a.conf:\(problem)"), "\(rendered)")
  }

  @Test func oneGoodRuleAmongUnknownOnes() {
    let ignores = read("# sockwise: ignore[sysctl-drift, nope] why\nnet.a = 1\n")
    #expect(ignores.entry(for: "sysctl-drift", line: 2)?.rules == ["sysctl-drift"])
    #expect(ignores.diagnostics.count == 1)
  }

  @Test(arguments: [
    "", "\n\n", "net.a = 1", "# about sockwise: nothing\nnet.a = 1",
    "# Sockwise is used here\na = 1",
    "ExecStart=/bin/echo sockwise: ignore[sysctl-drift] x",
  ])
  func otherTextIsNoComment(_ text: String) {
    let ignores = read(text)
    #expect(ignores.entries.isEmpty && ignores.diagnostics.isEmpty)
  }

  @Test func longAndBrokenFilesEnd() {
    let long = [UInt8](repeating: UInt8(ascii: "#"), count: 8 << 20)
    let bytes = long + Array(" sockwise: ignore[sysctl-drift] why\n".utf8)
    let ignores = InlineIgnores(
      path: "a.conf", content: bytes, syntax: .yaml, rules: ["sysctl-drift"])
    #expect(ignores.entries.isEmpty)
    let broken: [UInt8] =
      [0xff, 0xfe, 0x23] + Array("sockwise: ignore[".utf8) + [0xc3, 0x0a, 0x41]
    #expect(
      InlineIgnores(path: "b", content: broken, syntax: .lines, rules: []).entries.isEmpty)
  }

  @Test func theFirstProblemsAreToldAndTheOthersCounted() {
    let text = String(repeating: "# sockwise: ignore[sysctl-drit] x\n", count: 10_000)
    let ignores = read(text + "a = 1\n")
    #expect(ignores.diagnostics.count == InlineIgnores.mostDiagnostics)
    #expect(ignores.moreProblems == 10_000 - InlineIgnores.mostDiagnostics)
  }

  @Test func theNameTellsTheSyntax() {
    #expect(InlineIgnores.Syntax(path: "play.yml") == .yaml)
    #expect(InlineIgnores.Syntax(path: "a/b.yaml") == .yaml)
    #expect(InlineIgnores.Syntax(path: "60-net.conf") == .lines)
    #expect(InlineIgnores.Syntax(path: "app/Dockerfile.test") == .shell)
    #expect(InlineIgnores.Syntax(path: "etc/default/grub") == .shell)
  }
}
