import TestSupport
import Testing

/// Waivers, baselines and comparisons, through the built binary on a recorded host.
@Suite struct AcceptanceTests {
  private static let host = "\(Checkout.root)/Tests/Fixtures/hosts/sick-server/host"

  /// Without the findings on its files: four remain.
  private static let arguments = ["--root", host, "--skip", "configuration"]

  private func audit(_ arguments: String...) throws -> Subprocess.Result {
    try BuiltBinary.run(["audit"] + Self.arguments + arguments)
  }

  private func write(_ text: String, _ name: String, in directory: TemporaryDirectory) throws
    -> String
  {
    let path = directory.path(name)
    try TextFile.write(text, to: path)
    return path
  }

  @Test func aWaiverAcceptsWhatItNames() throws {
    let directory = try TemporaryDirectory()
    let waivers = try write(
      """
      waivers:
        - rule: tw-reuse-without-timestamps
          subject: "sysctl:net.ipv4.*"
          reason: the appliance behind it cannot cope
          expires: 9999-12-31
      """, "waivers.yaml", in: directory)
    #expect(try audit("--fail-on", "medium").status == 1)
    let result = try audit("--waivers", waivers)
    #expect(result.errors == "")
    #expect(result.status == 0)
    #expect(
      result.output.contains(
        "(waived until 9999-12-31: the appliance behind it cannot cope)"
      ) || result.output.contains("waived until"))
    #expect(result.output.hasSuffix("3 findings: 3 low; 1 waived\n"))
    // Another subject is not meant.
    try TextFile.write(
      try TextFile.read(waivers).replacing("sysctl:net.ipv4.*", with: "sysctl:net.ipv6.*"),
      to: waivers)
    #expect(try audit("--waivers", waivers).status == 1)
  }

  @Test func anExpiredWaiverIsAFindingAtItsPlace() throws {
    let directory = try TemporaryDirectory()
    let waivers = try write(
      """
      waivers:
        - rule: tw-reuse-without-timestamps
          reason: until the old appliance goes
          expires: 2020-02-29
      """, "waivers.yaml", in: directory)
    func audit(_ arguments: String...) throws -> Subprocess.Result {
      try BuiltBinary.run(["audit", "--root", Self.host] + arguments)
    }
    let result = try audit("--waivers", waivers, "--format", "json")
    #expect(result.status == 1)
    let report = try ParsedJSON(Array(result.output.utf8))
    let finding = try #require(
      report["findings"]?.elements?.first { $0["rule"] == .string("waiver-expired") })
    #expect(finding["subject"] == .string("waiver:tw-reuse-without-timestamps:*"))
    #expect(
      finding["locations"]?[0]
        == .object([
          "path": .string(waivers), "line": .integer(4), "column": .integer(14),
          "end_column": .integer(24),
        ]))
    #expect(
      try audit("--waivers", waivers, "--format", "github").output.contains(
        "line=4,col=14,endColumn=23,title=A waiver has expired"))
  }

  @Test func aWrongWaiverIsSaidAndTheRestRuns() throws {
    let directory = try TemporaryDirectory()
    let waivers = try write(
      "waivers:\n  - rule: timestamps-disabld\n    reason: x\n", "waivers.yaml", in: directory)
    let result = try audit("--waivers", waivers)
    #expect(result.status == 2)
    #expect(
      result.errors == """
        \(waivers):2:11: error: no rule is called 'timestamps-disabld'
            - rule: timestamps-disabld
                    ^~~~~~~~~~~~~~~~~~
          did you mean 'timestamps-disabled'?

        """)
    #expect(result.output.hasSuffix("4 findings: 1 medium, 3 low\n"))
    #expect(try audit("--waivers", directory.path("none.yaml")).status == 2)
  }

  @Test func aBaselineLetsOnlyNewFindingsFail() throws {
    let directory = try TemporaryDirectory()
    let path = directory.path("baseline.json")
    let written = try BuiltBinary.run(["baseline"] + Self.arguments + ["--output", path])
    #expect(written.status == 0)
    #expect(written.output == "" && written.errors == "")
    let printed = try BuiltBinary.run(["baseline"] + Self.arguments)
    #expect(printed.output == (try TextFile.read(path)))
    let result = try audit("--baseline", path, "--fail-on", "info")
    #expect(result.status == 0)
    #expect(result.output.contains("4 known"))
    #expect(result.output.contains("(known: it is"))

    // An entry that is no more is told, and the rest count again.
    try TextFile.write(
      #"{"schema":"sockwise.baseline/1","findings":[{"rule":"timestamps-disabled","#
        + #""subject":"sysctl:x","fingerprint":"0"}]}"#, to: path)
    let other = try audit("--baseline", path, "--format", "json")
    #expect(other.status == 1)
    let report = try ParsedJSON(Array(other.output.utf8))
    #expect(report["baseline"]?["gone"]?[0]?["rule"] == .string("timestamps-disabled"))
    for text in ["", "{}", #"{"schema":"sockwise.report/1"}"#] {
      try TextFile.write(text, to: path)
      let refused = try audit("--baseline", path)
      #expect(refused.status == 2)
      #expect(refused.errors.hasPrefix("sockwise: --baseline: '\(path)', line 1, column 1: "))
    }
    #expect(try audit("--baseline", directory.path("none")).status == 2)
  }

  @Test func reportsAreCompared() throws {
    let directory = try TemporaryDirectory()
    let old = directory.path("old.json")
    let new = directory.path("new.json")
    _ = try BuiltBinary.run([
      "audit", "--root", Self.host.replacing("sick-server", with: "idle-debian"), "--output",
      "json=\(old)",
    ])
    _ = try audit("--output", "json=\(new)")
    let forth = try BuiltBinary.run(["diff", old, new])
    #expect(forth.status == 1)
    #expect(forth.output.hasSuffix("\n4 new, 0 resolved, 0 still there\n"))
    #expect(try BuiltBinary.run(["diff", "--fail-on", "high", old, new]).status == 0)
    let back = try BuiltBinary.run(["diff", new, old])
    #expect(back.status == 0)
    #expect(back.output.hasSuffix("\n0 new, 4 resolved, 0 still there\n"))
    let same = try BuiltBinary.run(["diff", new, new, "--format", "markdown"])
    #expect(same.status == 0)
    #expect(same.output.hasPrefix("## Sockwise: 0 new, 0 resolved, 4 still there\n"))
    let json = try BuiltBinary.run(["diff", old, new, "--format", "json"])
    #expect(try ParsedJSON(Array(json.output.utf8))["added"]?.elements?.count == 4)
    let none = try BuiltBinary.run(["diff", old, directory.path("none.json")])
    #expect(none.status == 2)
    #expect(none.errors == "sockwise: there is no '\(directory.path("none.json"))'\n")
    #expect(try BuiltBinary.run(["diff", old, directory.path]).status == 2)
  }
}
