import CEL
import Rules
import Testing

@Suite struct WaiverFileTests {
  private static let rules = ["tw-reuse-needed", "timestamps-disabled"]

  private func read(_ text: String) -> WaiverFile {
    WaiverFile(path: "waivers.yaml", content: Array(text.utf8), rules: Self.rules)
  }

  private func finding(_ rule: String, _ subject: String) -> Finding {
    Finding(
      rule: rule, title: "", severity: .low, confidence: .high, subject: subject, message: "",
      evidence: [], fingerprint: "\(rule) \(subject)")
  }

  @Test func readsWaivers() throws {
    let file = read(
      """
      # of the database team
      waivers:
        - rule: tw-reuse-needed
          subject: "destination:*>192.0.2.7:5432"
          reason: the pool comes with release 4.2
          expires: 2026-12-31
        - rule: timestamps-disabled
          reason: the appliance cannot cope
      """)
    #expect(file.diagnostics == [])
    let entries = file.waivers.entries
    #expect(entries.map(\.rule) == Self.rules)
    #expect(entries.map(\.subject.text) == ["destination:*>192.0.2.7:5432", "*"])
    #expect(entries.map(\.expires) == [Day("2026-12-31"), nil])
    #expect(
      entries.map(\.location) == [
        SourceLocation(path: "waivers.yaml", line: 6, column: 14, endColumn: 24),
        SourceLocation(path: "waivers.yaml", line: 7, column: 11, endColumn: 30),
      ])
  }

  @Test func aWaiverHoldsThroughItsLastDay() throws {
    let waivers = read(
      """
      waivers:
        - { rule: tw-reuse-needed, subject: "a:*", reason: because, expires: 2026-06-30 }
      """
    ).waivers
    func reason(_ rule: String, _ subject: String, _ day: String) throws -> String? {
      waivers.waiver(for: finding(rule, subject), on: try #require(Day(day)))?.reason
    }
    #expect(try reason("tw-reuse-needed", "a:1", "2026-06-30") == "because")
    #expect(try reason("tw-reuse-needed", "a:1", "2026-07-01") == nil)
    #expect(try reason("tw-reuse-needed", "b:1", "2026-06-30") == nil)
    #expect(try reason("timestamps-disabled", "a:1", "2026-06-30") == nil)
  }

  @Test func aBadEntryLeavesTheOthers() {
    let file = read(
      """
      waivers:
        - { rule: tw-reuse-neded, reason: because }
        - { rule: timestamps-disabled, reason: because }
      """)
    #expect(file.waivers.entries.map(\.rule) == ["timestamps-disabled"])
    #expect(
      file.diagnostics.map { $0.rendered() } == [
        """
        waivers.yaml:2:13: error: no rule is called 'tw-reuse-neded'
            - { rule: tw-reuse-neded, reason: because }
                      ^~~~~~~~~~~~~~
          did you mean 'tw-reuse-needed'?
        """
      ])
  }

  @Test(arguments: [
    ("waivers:\n  - rule: timestamps-disabled", "2:5: error: waiver has no reason"),
    ("waivers:\n  - reason: because", "2:5: error: waiver has no rule"),
    (
      "waivers:\n  - { rule: timestamps-disabled, reason: because, until: 2026-01-01 }",
      "2:51: error: unknown key 'until'"
    ),
    (
      "waivers:\n  - { rule: timestamps-disabled, reason: because, expires: 2026-02-30 }",
      "2:60: error: expires is '2026-02-30', which is no day"
    ),
    (
      "waivers:\n  - { rule: timestamps-disabled, reason: because, expires: tomorrow }",
      "2:60: error: expires is 'tomorrow', which is no day"
    ),
    (
      "waivers:\n  - { rule: timestamps-disabled, reason: '' }",
      "2:42: error: reason is empty"
    ),
    ("waiver: []", "1:1: error: unknown key 'waiver'"),
    ("waivers: 3", "1:10: error: waivers must be a list of waivers, this is a number"),
    ("- a", "1:1: error: the file must be a mapping, this is a list"),
    ("waivers: [a: b", "1:15: error: not valid YAML"),
  ])
  func saysWhatIsWrongAndWhere(_ text: String, _ problem: String) {
    let rendered = read(text).diagnostics.map { $0.rendered() }
    #expect(
      rendered.contains { $0.hasPrefix("waivers.yaml:\(problem)") }, "\(rendered)")
    #expect(read(text).waivers.entries.isEmpty)
  }

  @Test(arguments: ["", "# nothing yet\n", "waivers:\n", "waivers: []\n"])
  func mayBeEmpty(_ text: String) {
    let file = read(text)
    #expect(file.diagnostics == [])
    #expect(file.waivers.entries.isEmpty)
  }

  @Test func aMissingFileIsSaid() {
    #expect(
      WaiverFile.read("/no/waivers.yaml", rules: []).diagnostics.map { $0.rendered() } == [
        "/no/waivers.yaml: error: file cannot be read: no such file or directory"
      ])
  }
}
